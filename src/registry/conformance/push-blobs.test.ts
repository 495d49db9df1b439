import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { type Algorithm, digestIn, must, NOWHERE, OCTETS, startSuite } from "./suite.fixture.ts";

const suite = startSuite();
const ALGORITHMS: readonly Algorithm[] = ["sha256", "sha512"];

/** Location is where the blob can be had. */
const expectPullable = async (location: unknown, bytes: Uint8Array): Promise<void> => {
  const answer = await suite.raw("GET", String(location));
  expect([answer.status, answer.body.equals(bytes)]).toEqual([200, true]);
};

must("POST then PUT (end-4a)", "the response MUST have a code of `202 Accepted`, and MUST include: Location", async () => {
  const answer = await suite.raw("POST", `/v2/${suite.repository()}/blobs/uploads/`);
  expect([answer.status, answer.headers.location]).toEqual([202, expect.stringMatching(/^\/v2\/.+\/blobs\/uploads\/[0-9a-f-]{36}$/)]);
});

must("POST then PUT", "Registries MUST support concurrent uploads from one or more clients", async () => {
  const repository = suite.repository();
  const blobs = Array.from({ length: 20 }, () => randomBytes(10_000));
  const digests = await Promise.all([...blobs, ...blobs].map((bytes) => suite.pushBlob(repository, bytes)));
  for (const [index, bytes] of blobs.entries()) await expectPullable(`/v2/${repository}/blobs/${digests[index]}`, bytes);
});

must("POST then PUT (end-6)", "the response MUST have code `201 Created` and MUST have: Location, a pullable blob URL", async () => {
  const repository = suite.repository();
  for (const algorithm of ALGORITHMS) {
    const bytes = randomBytes(512);
    const digest = digestIn(algorithm, bytes);
    const answer = await suite.raw("PUT", `${await suite.begin(repository)}?digest=${digest}`, { headers: OCTETS, body: bytes });
    expect([answer.status, answer.headers["docker-content-digest"]]).toEqual([201, digest]);
    await expectPullable(answer.headers.location, bytes);
  }
});

must("Single POST (end-4b)", "Successful completion of the request MUST return a `201 Created` and MUST include: Location", async () => {
  const repository = suite.repository();
  for (const algorithm of ALGORITHMS) {
    const bytes = randomBytes(512);
    const answer = await suite.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${digestIn(algorithm, bytes)}`, {
      headers: OCTETS,
      body: bytes,
    });
    expect(answer.status).toBe(201);
    await expectPullable(answer.headers.location, bytes);
  }
});

must(
  "Pushing blobs",
  "if the client provided digest is invalid or uses an unsupported algorithm, the registry SHOULD respond with `400 Bad Request`",
  async () => {
    const repository = suite.repository();
    for (const digest of ["sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e", "nonsense", "", `sha256:${"A".repeat(64)}`]) {
      expect((await suite.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: "x" })).status).toBe(400);
      expect((await suite.raw("PUT", `${await suite.begin(repository)}?digest=${digest}`, { body: "x" })).status).toBe(400);
    }
    expect((await suite.raw("POST", `/v2/${repository}/blobs/uploads/?digest-algorithm=blake3`)).status).toBe(400);
  },
);

must("Single POST", "Likewise, the `<digest>` MUST match the blob's digest", async () => {
  const repository = suite.repository();
  for (const algorithm of ALGORITHMS) {
    const bytes = randomBytes(3067);
    const digest = digestIn(algorithm, bytes);
    const wrong = Buffer.concat([bytes, Buffer.from("oh no")]);
    const half = wrong.subarray(0, 1500);
    const put = async (location: string, body?: Uint8Array): Promise<number> =>
      (await suite.raw("PUT", `${location}?digest=${digest}`, { headers: OCTETS, ...(body === undefined ? {} : { body }) })).status;
    expect((await suite.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: wrong })).status).toBe(400);
    expect(await put(await suite.begin(repository), wrong)).toBe(400);
    const streamed = await suite.begin(repository);
    await suite.raw("PATCH", streamed, { headers: { ...OCTETS, "transfer-encoding": "chunked" }, body: wrong });
    expect(await put(streamed)).toBe(400);
    const chunked = await suite.begin(repository);
    await suite.raw("PATCH", chunked, { headers: { "content-range": "0-1499" }, body: half });
    expect(await put(chunked, wrong.subarray(1500))).toBe(400);
    expect((await suite.raw("HEAD", `/v2/${repository}/blobs/${digest}`)).status).toBe(404);
  }
});

must("Pushing a blob in chunks (end-4c)", "the post request SHOULD include the `digest-algorithm` parameter", async () => {
  const repository = suite.repository();
  const bytes = randomBytes(5000);
  for (const asked of ["", "?digest-algorithm=sha256", "?digest-algorithm=sha512"])
    for (const algorithm of ALGORITHMS) {
      const location = await suite.begin(repository, asked);
      await suite.raw("PATCH", location, { headers: OCTETS, body: bytes });
      const answer = await suite.raw("PUT", `${location}?digest=${digestIn(algorithm, bytes)}`);
      expect([answer.status, answer.headers["docker-content-digest"]]).toEqual([201, digestIn(algorithm, bytes)]);
    }
});

must(
  "Pushing a blob in chunks (end-5)",
  "each successful chunk upload MUST be `202 Accepted`, and MUST have: Location, Range: 0-<end-of-range>",
  async () => {
    const repository = suite.repository();
    for (const last of ["PATCH", "PUT"]) {
      const bytes = randomBytes(3067);
      let location = await suite.begin(repository);
      for (const [start, end] of [
        [0, 1023],
        [1024, 2047],
      ] as const) {
        const answer = await suite.raw("PATCH", location, {
          headers: { ...OCTETS, "content-range": `${start}-${end}` },
          body: bytes.subarray(start, end + 1),
        });
        expect([answer.status, answer.headers.range]).toEqual([202, `0-${end}`]);
        location = String(answer.headers.location);
      }
      const rest = { headers: { ...OCTETS, "content-range": "2048-3066" }, body: bytes.subarray(2048) };
      if (last === "PATCH") expect((await suite.raw("PATCH", location, rest)).headers.range).toBe("0-3066");
      const answer = await suite.raw("PUT", `${location}?digest=${digestIn("sha256", bytes)}`, last === "PUT" ? rest : {});
      expect(answer.status).toBe(201);
      await expectPullable(answer.headers.location, bytes);
    }
  },
);

must("Pushing a blob in chunks", "The first chunk's range MUST begin with `0`", async () => {
  const location = await suite.begin(suite.repository());
  expect((await suite.raw("PATCH", location, { headers: { "content-range": "1-4" }, body: "abcd" })).status).toBe(416);
});

must("Pushing a blob in chunks", "It MUST match the following regular expression: ^[0-9]+-[0-9]+$", async () => {
  const location = await suite.begin(suite.repository());
  for (const range of ["0-", "-3", "a-b", "3-0", "0-3-4", "0x0-0x3"])
    expect((await suite.raw("PATCH", location, { headers: { "content-range": range }, body: "abcd" })).status).toBe(416);
  expect((await suite.raw("PATCH", location, { headers: { "content-range": "0-3" }, body: "abcd" })).status).toBe(202);
});

must(
  "Pushing a blob in chunks",
  "If a chunk is uploaded out of order, the registry MUST respond with a `416 Requested Range Not Satisfiable` code",
  async () => {
    const repository = suite.repository();
    // As the official suite does it: a wrong chunk before each right one, then GET to find the way back (conformance/api.go, BlobPatchChunked).
    for (const putLast of [false, true]) {
      const bytes = randomBytes(3067);
      const digest = digestIn("sha256", bytes);
      let location = await suite.begin(repository);
      for (let end = 0; end < bytes.length;) {
        const wrong = end + 1024 >= bytes.length ? 0 : end + 1024;
        const stop = Math.min(wrong + 1024, bytes.length);
        const closes = putLast && stop === bytes.length;
        const early = await suite.raw(closes ? "PUT" : "PATCH", closes ? `${location}?digest=${digest}` : location, {
          headers: { ...OCTETS, "content-range": `${wrong}-${stop - 1}` },
          body: bytes.subarray(wrong, stop),
        });
        expect(early.status).toBe(416);
        const state = await suite.raw("GET", location);
        expect([state.status, state.headers.range]).toEqual([204, `0-${Math.max(0, end - 1)}`]);
        location = String(state.headers.location);
        const next = Math.min(end + 1024, bytes.length);
        const last = putLast && next === bytes.length;
        const sent = await suite.raw(last ? "PUT" : "PATCH", last ? `${location}?digest=${digest}` : location, {
          headers: { ...OCTETS, "content-range": `${end}-${next - 1}` },
          body: bytes.subarray(end, next),
        });
        expect(sent.status).toBe(last ? 201 : 202);
        location = String(sent.headers.location);
        end = next;
      }
      if (!putLast) location = String((await suite.raw("PUT", `${location}?digest=${digest}`)).headers.location);
      await expectPullable(location, bytes);
    }
  },
);

must(
  "Pushing a blob in chunks",
  "the session MUST be closed with a `PUT` request, which MUST include the `<digest>` of the whole blob",
  async () => {
    const repository = suite.repository();
    const location = await suite.begin(repository);
    await suite.raw("PATCH", location, { body: "abcd" });
    expect((await suite.raw("HEAD", `/v2/${repository}/blobs/${digestIn("sha256", "abcd")}`)).status).toBe(404);
    expect((await suite.raw("PUT", location)).status).toBe(400);
    expect((await suite.raw("PUT", `${location}?digest=${digestIn("sha256", "abcd")}`)).status).toBe(201);
  },
);

must("Pushing a blob in chunks (end-13)", "an active upload MUST be a `204 No Content`, and MUST have: Location, Range", async () => {
  const location = await suite.begin(suite.repository());
  await suite.raw("PATCH", location, { body: "abcd" });
  const answer = await suite.raw("GET", location);
  expect([answer.status, answer.headers.location, answer.headers.range]).toEqual([204, location, "0-3"]);
  expect((await suite.raw("GET", `${location.slice(0, -4)}0000`)).status).toBe(404);
});

must("Cancel a blob upload (end-14)", "If successful, the response SHOULD be a `204 No Content`", async () => {
  const location = await suite.begin(suite.repository());
  await suite.raw("PATCH", location, { body: "abcd" });
  expect((await suite.raw("DELETE", location)).status).toBe(204);
  expect((await suite.raw("GET", location)).status).toBe(404);
  expect((await suite.raw("DELETE", location)).status).toBe(404);
});

must("Mounting a blob (end-11)", "a successful mount MUST be `201 Created`, and MUST contain: Location", async () => {
  for (const algorithm of ALGORITHMS)
    for (const anonymous of [false, true]) {
      const [from, to] = [suite.repository(), suite.repository()];
      const bytes = randomBytes(512);
      const digest = await suite.pushBlob(from, bytes, algorithm);
      const answer = await suite.raw("POST", `/v2/${to}/blobs/uploads/?mount=${digest}${anonymous ? "" : `&from=${from}`}`);
      expect([answer.status, answer.headers["docker-content-digest"]]).toEqual([201, digest]);
      await expectPullable(answer.headers.location, bytes);
      // Each repository gives up its own (conformance/run.go deletes from both).
      for (const repository of [to, from]) {
        expect((await suite.raw("DELETE", `/v2/${repository}/blobs/${digest}`)).status).toBe(202);
        expect((await suite.raw("HEAD", `/v2/${repository}/blobs/${digest}`)).status).toBe(404);
        if (repository === to) await expectPullable(`/v2/${from}/blobs/${digest}`, bytes);
      }
    }
});

must("Mounting a blob", "if a registry is unable to mount the requested blob, it SHOULD return a `202`", async () => {
  const [from, to] = [suite.repository(), suite.repository()];
  for (const algorithm of ALGORITHMS) {
    const bytes = randomBytes(512);
    const digest = digestIn(algorithm, bytes);
    const answer = await suite.raw("POST", `/v2/${to}/blobs/uploads/?mount=${digest}&from=${from}`);
    expect(answer.status).toBe(202);
    const put = await suite.raw("PUT", `${String(answer.headers.location)}?digest=${digest}`, { body: bytes });
    expect(put.status).toBe(201);
    await expectPullable(put.headers.location, bytes);
  }
  expect((await suite.raw("POST", `/v2/${to}/blobs/uploads/?mount=${NOWHERE}`)).status).toBe(202);
});
