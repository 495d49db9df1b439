/** Pushes one blob in a process of its own, and is killed as by kill -9 when a point is reached: `FOLDER POINT TIME`. Prints what it acknowledged. */
import { systemClock } from "../../core/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { countingPoints } from "../store/life.fixture.ts";
import { pushesInto } from "../store/pushes.fixture.ts";
import { openStore } from "../store/store.ts";

const [folder = "", point = "", time = "0"] = process.argv.slice(2);
const { reached, counts } = countingPoints({ point, time: Number(time) }, () => process.kill(process.pid, "SIGKILL"));
const store = await openStore(folder, { clock: systemClock, reserveBytes: 0, policy: readPolicy(folder), reached });
const digest = await pushesInto(store).blob(Buffer.alloc(11_000_000, "layer"));
process.stdout.write(`${JSON.stringify({ digest, counts: Object.fromEntries(counts) })}\n`);
store.close();
