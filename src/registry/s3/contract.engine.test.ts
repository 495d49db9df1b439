import { afterAll, beforeAll, describe } from "vitest";
import { ALL } from "../../../test/support/extent.ts";
import { hasS3, isS3Named, startS3 } from "../../../test/support/s3-at-hand.ts";
import type { Swift } from "../../../test/support/swift.ts";
import { storedIn } from "../store/medium.fixture.ts";
import { bucketMedium } from "./bucket-medium.fixture.ts";

/** The contract of `contract.test.ts` against a real storage: a minute, so only where one is named, or all is asked for. */
const runs = isS3Named() || (ALL && hasS3());
let storage: Swift | undefined;

beforeAll(async () => {
  if (!runs) return;
  storage = await startS3();
  storedIn(bucketMedium(storage));
});

afterAll(async () => {
  storedIn();
  await storage?.[Symbol.asyncDispose]();
});

describe.runIf(runs)("with a real storage", async () => {
  for (const name of ["collect", "scrub", "undo", "retain", "disk-full"]) await import(`../store/${name}.test.ts?real`);
});
