import { expect, test } from "vitest";
import { digestOf, fakeClock } from "../../core/index.ts";
import { basic, startGuarded } from "../auth/guarded.fixture.ts";
import { startTestRegistry } from "../registry.fixture.ts";
import { createLimits } from "./limits.ts";
import { createRateLimit } from "./rate.ts";

const bytes = (size: number, fill = "x"): Buffer => Buffer.alloc(size, fill);

test("a blob over the limit is refused before its bytes come, or while they do when nobody said how many", async () => {
  await using registry = await startTestRegistry({ limits: { maxBlobBytes: 1000 } });
  const post = (size: number) => registry.raw("POST", `/v2/a/blobs/uploads/?digest=${digestOf(bytes(size))}`, { body: bytes(size) });
  expect((await post(1000)).status).toBe(201);
  const refused = await post(1001);
  expect([refused.status, refused.code, refused.message]).toEqual([403, "DENIED", expect.stringContaining("a blob may have 1")]);
  const begun = await registry.raw("POST", "/v2/a/blobs/uploads/");
  const location = String(begun.headers.location);
  expect((await registry.raw("PATCH", location, { body: bytes(900), headers: { "transfer-encoding": "chunked" } })).status).toBe(202);
  expect((await registry.raw("PATCH", location, { body: bytes(900), headers: { "transfer-encoding": "chunked" } })).code).toBe("DENIED");
  // What cannot become a blob takes no space until it expires.
  expect((await registry.raw("GET", location)).status).toBe(404);
});

test("a repository over its quota is refused when the upload begins, and takes pushes again when something was deleted", async () => {
  await using registry = await startTestRegistry({ limits: { repositoryQuotaBytes: 2000 } });
  const post = (repository: string, size: number, fill: string) =>
    registry.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${digestOf(bytes(size, fill))}`, { body: bytes(size, fill) });
  expect((await post("a", 1500, "1")).status).toBe(201);
  const refused = await post("a", 600, "2");
  expect([refused.status, refused.code]).toEqual([403, "DENIED"]);
  expect(refused.message).toContain("a holds 1.5 kB of the 2 kB");
  expect((await post("b", 600, "2")).status).toBe(201);
  expect((await post("a", 400, "3")).status).toBe(201);
  expect((await registry.raw("DELETE", `/v2/a/blobs/${digestOf(bytes(1500, "1"))}`)).status).toBe(202);
  expect((await post("a", 600, "2")).status).toBe(201);
});

test("an account over its quota is refused whatever the repository; others are not; what was deleted no longer counts", async () => {
  await using registry = await startGuarded();
  registry.users.setQuota("ann", 1000);
  const post = (name: string, repository: string, size: number, fill: string) =>
    registry.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${digestOf(bytes(size, fill))}`, {
      body: bytes(size, fill),
      headers: { authorization: basic(name, registry.secrets[name]) },
    });
  expect((await post("ann", "team/a", 600, "1")).status).toBe(201);
  const refused = await post("ann", "team/b", 600, "2");
  expect([refused.status, refused.code, refused.message]).toEqual([403, "DENIED", expect.stringContaining("ann keeps 600 B of the 1 kB")]);
  expect((await post("root", "team/b", 600, "2")).status).toBe(201);
  const headers = { authorization: basic("root", registry.secrets["root"]) };
  expect((await registry.raw("DELETE", `/v2/team/a/blobs/${digestOf(bytes(600, "1"))}`, { headers })).status).toBe(202);
  expect((await post("ann", "team/b", 600, "3")).status).toBe(201);
});

test("an account has so many uploads open at once; another has its own", async () => {
  await using registry = await startGuarded({ limits: { uploadsPerAccount: 3 } });
  const begin = (name: string) =>
    registry.raw("POST", "/v2/team/a/blobs/uploads/", { headers: { authorization: basic(name, registry.secrets[name]) } });
  const begun = [await begin("ann"), await begin("ann"), await begin("ann")];
  expect(begun.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect((await begin("ann")).code).toBe("TOOMANYREQUESTS");
  expect((await begin("root")).status).toBe(202);
  await registry.raw("DELETE", String(begun[0]?.headers.location), { headers: { authorization: basic("ann", registry.secrets["ann"]) } });
  expect((await begin("ann")).status).toBe(202);
});

test("requests over the rate are told when to come back; a burst of ten seconds is let through", async () => {
  const clock = fakeClock();
  const take = createRateLimit(5, clock);
  for (let count = 0; count < 50; count++) take("ann");
  expect(() => take("ann")).toThrow(expect.objectContaining({ status: 429, headers: { "retry-after": "1" } }));
  expect(() => take("bob")).not.toThrow();
  await clock.sleep(1000);
  for (let count = 0; count < 4; count++) take("ann");
  await using registry = await startTestRegistry({ limits: { requestsPerSecond: 1 } });
  const answers = [];
  for (let count = 0; count < 15; count++) answers.push((await registry.raw("GET", "/v2/")).status);
  expect(answers.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
  expect(answers).toContain(429);
});

test("a client that brings a few bytes a minute is given up; a slow line is not", async () => {
  const clock = fakeClock();
  const limits = createLimits(
    {},
    { uploads: { openOf: () => 0 }, usage: { bytesOf: () => 0, holds: () => false }, accounts: undefined, clock },
  );
  const upload = { id: "u", repository: "a", path: "", size: 0, owner: "ann" };
  const dripping = async function* (size: number, count: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < count; at++) {
      await clock.sleep(10_000);
      yield bytes(size);
    }
  };
  const total = async (source: AsyncIterable<Buffer>): Promise<number> => {
    let sum = 0;
    for await (const chunk of source) sum += chunk.length;
    return sum;
  };
  await expect(total(limits.body(upload, dripping(10, 100)))).rejects.toMatchObject({ status: 408 });
  expect(await total(limits.body(upload, dripping(1000, 100)))).toBe(100_000);
});
