/**
 * Images that are made to hurt: ten million files, bombs, chains of links, databases that a few bytes make large. Each is given to the published bundle, and is read
 * or refused by an error that says why: within 1 GiB of memory and ten minutes, whatever it claims. The largest takes 5 GB of the temporary folder. ONLY: those whose
 * names hold this; FROM: that of this number, from 0, and those after it; KEEP=1 leaves the archives there.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SUBJECTS } from "../support/hostile/subjects.ts";
import { thisMachine } from "../support/machine.ts";
import { measuringAny } from "../support/measured.ts";
import { report } from "../support/report.ts";

const MAX_MIB = 1024;
const MAX_SECONDS = 620;

const machine = thisMachine();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-hostile-"));
try {
  execFileSync(process.execPath, [join(import.meta.dirname, "..", "..", "script", "bundle.ts"), join(scratch, "bundle")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const measure = measuringAny(scratch);
  const temporary = join(scratch, "tmp");
  mkdirSync(temporary);
  const rows = SUBJECTS.slice(Number(process.env["FROM"] ?? 0))
    .filter(({ what }) => what.includes(process.env["ONLY"] ?? ""))
    .map(({ what, command, write, refused }) => {
      const image = join(scratch, `${what.replaceAll(/\W+/g, "-")}.tar`);
      write()(image, scratch);
      const { size } = statSync(image);
      const { status, stderr, wallSeconds, cpuSeconds, maxRssMib } = measure(
        [join(scratch, "bundle", "bin", "seaworthy.js"), ...(command ?? ["sbom", "--json", "--no-cache"]), image],
        { TMPDIR: temporary, XDG_CACHE_HOME: join(scratch, "cache"), NODE_COMPILE_CACHE: join(scratch, "compiled") },
      );
      if (process.env["KEEP"] !== "1") rmSync(image);
      const words = /^seaworthy: (.*)$/m.exec(stderr)?.[1]?.replaceAll(image, "IMAGE") ?? "";
      const left = readdirSync(temporary);
      for (const name of left) rmSync(join(temporary, name), { recursive: true });
      const isRight = refused === undefined ? status === 0 : (status === 2 || status === 8) && refused.test(words);
      const met = isRight && maxRssMib < MAX_MIB && wallSeconds < MAX_SECONDS && left.length === 0;
      console.error(
        `${met ? "" : "MISSED "}${what}: ${maxRssMib} MiB, ${wallSeconds.toFixed(1)} s, exit ${status} ${words.slice(0, 300)} ${left.join(" ")}`,
      );
      return {
        met,
        what: `${what} (${(size / 1e6).toFixed(1)} MB)`,
        figures: {
          MiB: maxRssMib,
          seconds: wallSeconds.toFixed(1),
          "CPU s": cpuSeconds.toFixed(1),
          exit: status ?? "killed",
          outcome: words === "" ? "read" : words.slice(0, 160),
        },
      };
    });
  report(
    "hostile-images",
    rows,
    { words: `read or refused within ${MAX_MIB} MiB and ten minutes, nothing left behind`, met: rows.every(({ met }) => met) },
    machine,
  );
} finally {
  if (process.env["KEEP"] !== "1") rmSync(scratch, { recursive: true, force: true });
}
