import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { isSeaworthyError } from "../core/index.ts";
import { createFleet } from "./test-data/fleet.ts";
import { manifestOf, webService } from "./test-data/manifests.ts";

const disk = join(mkdtempSync(join(tmpdir(), "sw-disk-")), "disk");
mkdirSync(disk);
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "sw-disk-test", disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync("umount", [disk]);
  rmSync(join(disk, ".."), { recursive: true, force: true });
});

const FILLER = join(disk, "filler");
/** Takes all of the disk but so many bytes. */
const fill = (leave: number): void => {
  const handle = openSync(FILLER, "w");
  const { bavail, bsize } = statfsSync(disk);
  for (let left = bavail * bsize - leave; left > 0;) left -= writeSync(handle, Buffer.alloc(Math.min(left, 65_536)));
  closeSync(handle);
};

const release = (version: string) => manifestOf(`${version}.0.0`, [webService(version)]);

describe.skipIf(!mounted)(
  `the disk of the state fills up in a release${mounted ? "" : " (skipped: a small file system cannot be mounted here)"}`,
  () => {
    let folder = "";
    beforeEach(() => {
      rmSync(FILLER, { force: true });
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
      folder = mkdtempSync(join(disk, "state-"));
    });

    test.each([0, 4, 8, 16, 24, 32, 48, 64, 96])(
      "with %i KB left: said so, the old release or the new one serves, and with space the next command converges",
      async (kilobytes) => {
        const fleet = createFleet(folder);
        expect(await fleet.deploy(release("1"))).toMatchObject({ state: "live" });
        fill(kilobytes * 1024);
        let refused: unknown;
        const outcome = await fleet.deploy(release("2")).catch((error: unknown) => (refused = error));
        if (refused !== undefined) {
          expect(refused).toMatchObject({ code: "DISK_FULL", exit: 8 });
          expect(isSeaworthyError(refused) && refused.message).toContain(folder);
        } else expect(outcome).toMatchObject({ state: expect.stringMatching(/^(?:live|reverted)$/) });
        // Whoever asks while it is full is answered, or told that it is.
        try {
          using releases = fleet.open();
          expect((await releases.status("shop")).live?.version).toMatch(/^[12]\.0\.0$/);
        } catch (error) {
          expect(error).toMatchObject({ code: "DISK_FULL" });
        }
        const serving = fleet.servers().filter((one) => one.endsWith("=100"));
        expect(serving, "somebody serves").toHaveLength(1);
        rmSync(FILLER);
        using releases = fleet.open();
        await releases.resume("shop");
        const between = await releases.status("shop");
        expect(between.drift).toEqual([]);
        expect(between).not.toHaveProperty("unfinished");
        expect(releases.journal.firstBroken()).toBeUndefined();
        expect(await fleet.deploy(release("2"))).toMatchObject({ state: "live" });
        expect((await fleet.containers()).length).toBe(1);
      },
    );
  },
);
