/** Lives the life of a registry in a process of its own: `FOLDER POINT TIME LOG`. At the given point it is killed as by kill -9. */
import { fsyncSync, openSync, writeSync } from "node:fs";
import { readPolicy } from "../policy/policy.ts";
import { bucketMedium } from "../s3/bucket-medium.fixture.ts";
import { countingPoints, live, movedClock, openLife } from "./life.fixture.ts";
import { storedIn } from "./medium.fixture.ts";

const [folder = "", point = "", time = "0", log = ""] = process.argv.slice(2);
if (readPolicy(folder).settings.storage.s3 !== undefined) storedIn(bucketMedium());
const file = openSync(log, "a");
const tell = (line: object): void => {
  writeSync(file, `${JSON.stringify(line)}\n`);
  fsyncSync(file);
};
const clock = movedClock(0);
const { reached, counts } = countingPoints({ point, time: Number(time) }, () => {
  tell({ ahead: clock.now() - Date.now() });
  process.kill(process.pid, "SIGKILL");
});
const store = await openLife(folder, clock, reached);
await live(folder, store, clock, tell);
store.close();
tell({ counts: Object.fromEntries(counts) });
