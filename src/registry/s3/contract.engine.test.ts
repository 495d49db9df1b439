import { afterAll, beforeAll, describe } from "vitest";
import { isS3Named, startS3 } from "../../../test/support/s3-at-hand.ts";
import type { Swift } from "../../../test/support/swift.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { storedIn } from "../store/medium.fixture.ts";
import { bucketMedium, makeBucket } from "./bucket-medium.fixture.ts";

/** The contract of `contract.test.ts` against a real storage: a minute and more, so only where one is named. */
const runs = isS3Named();
let storage: Swift | undefined;

beforeAll(async () => {
  if (!runs) return;
  storage = await startS3();
  await makeBucket(storage, temporaryFolder());
  storedIn(bucketMedium(storage));
});

afterAll(async () => {
  storedIn();
  await storage?.[Symbol.asyncDispose]();
});

describe.runIf(runs)("with a real storage", async () => {
  for (const name of ["collect", "scrub", "undo", "retain", "disk-full"]) await import(`../store/${name}.test.ts?real`);
});
