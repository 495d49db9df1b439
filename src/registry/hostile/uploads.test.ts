import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { startTestRegistry, type TestRegistry } from "../registry.fixture.ts";

const begin = async (registry: TestRegistry, repository = "a"): Promise<string> =>
  String((await registry.raw("POST", `/v2/${repository}/blobs/uploads/`)).headers.location);
const leftOver = (registry: TestRegistry): number => readdirSync(join(registry.folder, "uploads")).length;

/** Sends this text and gives back everything that is said until the connection ends. */
const dial = (registry: TestRegistry, text: string, hangUpAfterMs?: number): Promise<string> =>
  new Promise((resolve) => {
    const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(registry.running.address) ?? [];
    let said = "";
    const socket = connect(Number(port), host, () => socket.write(text));
    socket.on("data", (chunk) => (said += chunk.toString()));
    socket.on("error", () => undefined);
    socket.once("close", () => resolve(said));
    if (hangUpAfterMs !== undefined) setTimeout(() => socket.destroy(), hangUpAfterMs);
  });

test("a finished upload is over: no more bytes, no second finish, no status", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  await registry.raw("PATCH", location, { body: "abc" });
  expect((await registry.raw("PUT", `${location}?digest=${digestOf("abc")}`)).status).toBe(201);
  for (const [method, path] of [
    ["PATCH", location],
    ["PUT", `${location}?digest=${digestOf("abcd")}`],
    ["GET", location],
    ["DELETE", location],
  ] as const)
    expect([method, (await registry.raw(method, path, { body: "d" })).status]).toEqual([method, 404]);
  expect(leftOver(registry)).toBe(0);
});

test("an upload cannot be read, written, finished or cancelled from another repository", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry, "mine");
  await registry.raw("PATCH", location, { body: "abc" });
  const elsewhere = location.replace("/mine/", "/theirs/");
  for (const [method, path] of [
    ["GET", elsewhere],
    ["PATCH", elsewhere],
    ["PUT", `${elsewhere}?digest=${digestOf("abc")}`],
    ["DELETE", elsewhere],
  ] as const)
    expect((await registry.raw(method, path)).code).toBe("BLOB_UPLOAD_UNKNOWN");
  expect((await registry.raw("HEAD", `/v2/theirs/blobs/${digestOf("abc")}`)).status).toBe(404);
  expect((await registry.raw("PUT", `${location}?digest=${digestOf("abc")}`)).status).toBe(201);
});

test("ids are no paths", async () => {
  await using registry = await startTestRegistry();
  for (const id of [
    "..",
    "../registry.sqlite",
    "..%2fregistry.sqlite",
    "%2e%2e",
    ".",
    "%00",
    "a".repeat(5000),
    "00000000-0000-0000-0000-000000000000",
  ])
    for (const method of ["GET", "PATCH", "PUT", "DELETE"])
      expect((await registry.raw(method, `/v2/a/blobs/uploads/${id}?digest=${digestOf("x")}`)).status).toBeGreaterThanOrEqual(400);
  expect(readdirSync(registry.folder)).toContain("registry.sqlite");
});

test("ten requests write to one upload at once: one does, the others are told, and the bytes are whole", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const bytes = randomBytes(4_000_000);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => registry.raw("PATCH", location, { headers: { "content-range": "0-3999999" }, body: bytes })),
  );
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  for (const { status } of answers) expect([202, 409, 416]).toContain(status);
  expect((await registry.raw("PUT", `${location}?digest=${digestOf(bytes)}`)).status).toBe(201);
});

test("fewer bytes than were declared are not a blob; what came can be continued or is thrown away", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const digest = digestOf("0123456789");
  const head = `PUT ${location}?digest=${digest} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n`;
  await dial(registry, `${head}01234`, 300);
  expect((await registry.raw("HEAD", `/v2/a/blobs/${digest}`)).status).toBe(404);
  // The registry may hear of the end of the connection a moment after us: until then the upload is being written.
  const rest = { headers: { "content-range": "5-9" }, body: "56789" };
  await expect.poll(async () => (await registry.raw("GET", location)).headers.range).toBe("0-4");
  await expect.poll(async () => (await registry.raw("PUT", `${location}?digest=${digest}`, rest)).status).toBe(201);
  await dial(registry, `POST /v2/a/blobs/uploads/?digest=${digestOf("other")} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234`, 300);
  await expect.poll(() => leftOver(registry), { timeout: 10_000 }).toBe(0);
});

test("more bytes than were declared are the next request, and no part of the blob", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const said = await dial(
    registry,
    `PUT ${location}?digest=${digestOf("01234")} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n0123456789`,
  );
  expect(said).toContain("400 Bad Request");
  const kept = await registry.raw("GET", `/v2/a/blobs/${digestOf("01234")}`);
  expect(kept.status === 404 || kept.body.toString() === "01234").toBe(true);
  expect((await registry.raw("HEAD", `/v2/a/blobs/${digestOf("0123456789")}`)).status).toBe(404);
  const two = await dial(
    registry,
    `PATCH ${await begin(registry)} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  );
  expect(two).toContain("400 Bad Request");
});

test("a chunk of unknown length that is not as long as it said ends the upload", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const headers = { "content-range": "0-9", "transfer-encoding": "chunked" };
  expect((await registry.raw("PATCH", location, { headers, body: "0123456789" })).status).toBe(202);
  const wrong = await registry.raw("PATCH", location, { headers: { ...headers, "content-range": "10-19" }, body: "0123456789x" });
  expect([wrong.status, wrong.code]).toEqual([400, "SIZE_INVALID"]);
  expect((await registry.raw("GET", location)).status).toBe(404);
  expect(leftOver(registry)).toBe(0);
});

test("the digest of a blob that is there does not let other bytes in, whatever the algorithm", async () => {
  await using registry = await startTestRegistry();
  const good = randomBytes(1000);
  const sha512 = `sha512:${createHash("sha512").update(good).digest("hex")}`;
  await registry.client.pushBlob(registry.at("a"), good);
  expect((await registry.raw("PUT", `${await begin(registry)}?digest=${sha512}`, { body: good })).status).toBe(201);
  for (const digest of [digestOf(good), sha512]) {
    expect((await registry.raw("PUT", `${await begin(registry)}?digest=${digest}`, { body: randomBytes(1000) })).code).toBe(
      "DIGEST_INVALID",
    );
    expect((await registry.raw("POST", `/v2/a/blobs/uploads/?digest=${digest}`, { body: "evil" })).code).toBe("DIGEST_INVALID");
    expect((await registry.raw("GET", `/v2/a/blobs/${digest}`)).body.equals(good)).toBe(true);
  }
  // The same bytes under two names are two blobs; one gone leaves the other.
  expect((await registry.raw("DELETE", `/v2/a/blobs/${digestOf(good)}`)).status).toBe(202);
  expect((await registry.raw("GET", `/v2/a/blobs/${sha512}`)).body.equals(good)).toBe(true);
});

test("ten gibibytes that are declared and never sent hold nothing; what cannot fit is refused before it comes", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const waiting = dial(registry, `PUT ${location}?digest=${digestOf("x")} HTTP/1.1\r\nHost: x\r\nContent-Length: 10737418240\r\n\r\n`, 500);
  expect((await registry.raw("GET", "/v2/")).status).toBe(200);
  expect(await waiting).not.toContain("201");
  expect((await registry.raw("DELETE", location)).status).toBe(204);
  const refused = `POST /v2/a/blobs/uploads/?digest=${digestOf("x")} HTTP/1.1\r\nHost: x\r\nContent-Length: ${10 ** 15}\r\n\r\n`;
  expect(await dial(registry, refused, 1000)).toMatch(/^HTTP\/1\.1 403 [^]*no space left on device/);
  await expect.poll(() => leftOver(registry), { timeout: 10_000 }).toBe(0);
});

test("more uploads than may be open are refused until one is gone", { timeout: 120_000 }, async () => {
  await using registry = await startTestRegistry();
  const opened: string[] = [];
  for (let full = false; !full;) {
    const answers = await Promise.all(Array.from({ length: 100 }, () => registry.raw("POST", "/v2/a/blobs/uploads/")));
    for (const answer of answers) {
      if (answer.status === 202) opened.push(String(answer.headers.location));
      else {
        expect([answer.status, answer.code, answer.headers["retry-after"]]).toEqual([
          429,
          "TOOMANYREQUESTS",
          expect.stringMatching(/^\d+$/),
        ]);
        full = true;
      }
    }
    expect(opened.length).toBeLessThan(5000);
  }
  await registry.raw("DELETE", opened[0] ?? "");
  expect((await registry.raw("POST", "/v2/a/blobs/uploads/")).status).toBe(202);
});
