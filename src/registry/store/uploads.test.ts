import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { HOUR_MS, openTestStore } from "./store.fixture.ts";

test("an upload that nobody touches for an hour is gone with its bytes; one that grew since, or is growing, is not", async () => {
  const at = await openTestStore();
  const { uploads } = at.store;
  const [idle, grew, growing] = [await uploads.begin("team/app"), await uploads.begin("team/app"), await uploads.begin("team/app")];
  await uploads.append(idle, Readable.from([Buffer.from("left behind")]), { declaredBytes: 11 });
  await at.later(HOUR_MS - 1000);
  await uploads.append(grew, Readable.from([Buffer.from("more")]), { declaredBytes: 4 });
  await uploads.expire();
  expect(uploads.openOf()).toBe(3);
  const body = new Readable({ read: () => undefined });
  const writing = uploads.append(growing, body, { declaredBytes: 2 });
  await at.later(2000);
  await uploads.expire();
  expect(() => uploads.find("team/app", idle.id)).toThrow(expect.objectContaining({ status: 404, code: "BLOB_UPLOAD_UNKNOWN" }));
  expect([existsSync(idle.path), uploads.find("team/app", grew.id).size]).toEqual([false, 4]);
  body.push("ok");
  body.push(null);
  expect((await writing).size).toBe(2);
  await at.later(HOUR_MS + 1000);
  await uploads.expire();
  expect([uploads.openOf(), readdirSync(join(at.folder, "uploads"))]).toEqual([0, []]);
});
