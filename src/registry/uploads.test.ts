import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { startTestRegistry, type TestRegistry } from "./registry.fixture.ts";

const begin = async (registry: TestRegistry, query = ""): Promise<string> => {
  const answer = await registry.raw("POST", `/v2/team/app/blobs/uploads/${query}`);
  expect(answer.status).toBe(202);
  return String(answer.headers.location);
};

test("chunks in order, with and without Content-Range; the state can be asked for", async () => {
  await using registry = await startTestRegistry();
  const bytes = randomBytes(30);
  const location = await begin(registry);
  const first = await registry.raw("PATCH", location, { headers: { "content-range": "0-9" }, body: bytes.subarray(0, 10) });
  expect([first.status, first.headers.range, first.headers.location]).toEqual([202, "0-9", location]);
  const early = await registry.raw("PATCH", location, { headers: { "content-range": "20-29" }, body: bytes.subarray(20) });
  expect([early.status, early.headers.range]).toEqual([416, "0-9"]);
  const again = await registry.raw("PATCH", location, { headers: { "content-range": "0-9" }, body: bytes.subarray(0, 10) });
  expect(again.status).toBe(416);
  expect((await registry.raw("PATCH", location, { headers: { "content-range": "10-15" }, body: bytes.subarray(10, 20) })).code).toBe(
    "SIZE_INVALID",
  );
  expect((await registry.raw("PATCH", location, { body: bytes.subarray(10, 20) })).headers.range).toBe("0-19");
  const state = await registry.raw("GET", location);
  expect([state.status, state.headers.range]).toEqual([204, "0-19"]);
  const wrong = await registry.raw("PUT", `${location}?digest=${digestOf(bytes)}`, {
    headers: { "content-range": "25-29" },
    body: bytes.subarray(25),
  });
  expect(wrong.status).toBe(416);
  const done = await registry.raw("PUT", `${location}?digest=${digestOf(bytes)}`, {
    headers: { "content-range": "20-29" },
    body: bytes.subarray(20),
  });
  expect([done.status, done.headers["docker-content-digest"]]).toEqual([201, digestOf(bytes)]);
  expect((await registry.raw("GET", String(done.headers.location))).body).toEqual(bytes);
  expect((await registry.raw("GET", location)).code).toBe("BLOB_UPLOAD_UNKNOWN");
});

test("one POST, one PUT, sha512, and the empty blob", async () => {
  await using registry = await startTestRegistry();
  const bytes = randomBytes(2_000_000);
  const single = await registry.raw("POST", `/v2/team/app/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes });
  expect(single.status).toBe(201);
  const sha512 = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
  for (const query of ["", "?digest-algorithm=sha512"]) {
    const location = await begin(registry, query);
    await registry.raw("PATCH", location, { body: bytes });
    const put = await registry.raw("PUT", `${location}?digest=${sha512}`);
    expect([put.status, put.headers["docker-content-digest"]]).toEqual([201, sha512]);
  }
  expect((await registry.raw("GET", `/v2/team/app/blobs/${sha512}`)).body.equals(bytes)).toBe(true);
  expect((await registry.raw("PUT", `${await begin(registry)}?digest=${digestOf("")}`)).status).toBe(201);
  const empty = await registry.raw("GET", `/v2/team/app/blobs/${digestOf("")}`);
  expect([empty.status, empty.headers["content-length"]]).toEqual([200, "0"]);
});

test("other bytes than the digest says are refused and leave nothing", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  expect((await registry.raw("PUT", `${location}?digest=${digestOf("good")}`, { body: "evil" })).code).toBe("DIGEST_INVALID");
  expect((await registry.raw("HEAD", `/v2/team/app/blobs/${digestOf("good")}`)).status).toBe(404);
  expect((await registry.raw("PUT", `${await begin(registry)}?digest=sha256:nonsense`, { body: "evil" })).code).toBe("DIGEST_INVALID");
  expect((await registry.raw("PUT", await begin(registry), { body: "evil" })).code).toBe("DIGEST_INVALID");
});

test("an upload belongs to its repository and can be cancelled", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  expect((await registry.raw("PATCH", location.replace("team/app", "team/other"), { body: "x" })).code).toBe("BLOB_UPLOAD_UNKNOWN");
  expect((await registry.raw("DELETE", location)).status).toBe(204);
  expect((await registry.raw("PATCH", location, { body: "x" })).code).toBe("BLOB_UPLOAD_UNKNOWN");
  expect((await registry.raw("PATCH", "/v2/team/app/blobs/uploads/..%2f..%2fregistry.sqlite", { body: "x" })).code).toBe(
    "BLOB_UPLOAD_UNKNOWN",
  );
});

/** Writes half a body, and hangs up or goes on. */
const dial = (
  registry: TestRegistry,
  head: string,
): Promise<{ write: (text: string) => void; end: () => void; said: () => string; closed: Promise<void> }> =>
  new Promise((resolve, reject) => {
    const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(registry.running.address) ?? [];
    let said = "";
    const socket = connect(Number(port), host, () => {
      socket.write(head);
      resolve({ write: (text) => void socket.write(text), end: () => socket.destroy(), said: () => said, closed });
    });
    const closed = new Promise<void>((done) => socket.once("close", () => done()));
    socket.on("data", (chunk) => (said += chunk.toString()));
    socket.once("error", reject);
  });

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 200) throw new Error("it did not come true within 4 s");
    await new Promise((done) => setTimeout(done, 20));
  }
};

test("a client that breaks off can go on where it was; two writers at once cannot", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const line = await dial(registry, `PATCH ${location} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n`);
  await until(() => line.said().includes("100 Continue"));
  line.write("hello");
  expect((await registry.raw("PATCH", location, { body: "x" })).status).toBe(409);
  line.end();
  await until(async () => (await registry.raw("GET", location)).headers.range === "0-4");
  await until(
    async () =>
      (await registry.raw("PUT", `${location}?digest=${digestOf("hello world")}`, { headers: { "content-range": "5-10" }, body: " world" }))
        .status === 201,
  );
});

test("Expect: 100-continue is answered before the body, or refused without it", async () => {
  await using registry = await startTestRegistry();
  const location = await begin(registry);
  const good = await dial(
    registry,
    `PUT ${location}?digest=${digestOf("hello")} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
  );
  await until(() => good.said().includes("100 Continue"));
  good.write("hello");
  await until(() => good.said().includes("201 Created"));
  good.end();
  const bad = await dial(
    registry,
    `PUT /v2/team/app/blobs/uploads/none?digest=${digestOf("hello")} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
  );
  await until(() => bad.said().includes("404 Not Found"));
  expect(bad.said()).not.toContain("100 Continue");
  bad.end();
});

test("a TLS hello on the plain port is answered quietly", async () => {
  const entries: string[] = [];
  await using registry = await startTestRegistry({ log: ({ message }) => entries.push(message) });
  const line = await dial(registry, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003");
  await line.closed;
  expect(line.said()).toContain("400 Bad Request");
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatch(/^OPEN REGISTRY at .* anyone who can reach it may push, pull and delete/);
});

test("ranges", async () => {
  await using registry = await startTestRegistry();
  const digest = digestOf("0123456789");
  await registry.client.pushBlob(registry.at("team/app"), Buffer.from("0123456789"));
  const get = async (range: string): Promise<unknown> => {
    const answer = await registry.raw("GET", `/v2/team/app/blobs/${digest}`, { headers: { range } });
    return [answer.status, answer.headers["content-range"], answer.status < 400 ? answer.body.toString() : answer.code];
  };
  expect(await get("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
  expect(await get("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await get("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await get("bytes=5-99")).toEqual([206, "bytes 5-9/10", "56789"]);
  expect(await get("bytes=10-")).toEqual([416, "bytes */10", "SIZE_INVALID"]);
  expect(await get("bytes=4-2")).toEqual([416, "bytes */10", "SIZE_INVALID"]);
  expect(await get("bytes=0-1,3-4")).toEqual([200, undefined, "0123456789"]);
});
