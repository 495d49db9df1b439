import { expect } from "vitest";
import { emptyManifest, must, NOWHERE, seeded, startSuite } from "./suite.fixture.ts";

const suite = startSuite();
const CODES = [
  "BLOB_UNKNOWN",
  "BLOB_UPLOAD_INVALID",
  "BLOB_UPLOAD_UNKNOWN",
  "DIGEST_INVALID",
  "MANIFEST_BLOB_UNKNOWN",
  "MANIFEST_INVALID",
  "MANIFEST_UNKNOWN",
  "NAME_INVALID",
  "NAME_UNKNOWN",
  "SIZE_INVALID",
  "UNAUTHORIZED",
  "DENIED",
  "UNSUPPORTED",
  "TOOMANYREQUESTS",
];

must("Determining Support (end-1)", "If the response is `200 OK`, then the registry implements this specification", async () => {
  for (const path of ["/v2/", "/v2"]) {
    const answer = await suite.raw("GET", path);
    expect([answer.status, answer.headers["docker-distribution-api-version"]]).toEqual([200, "registry/2.0"]);
  }
});

must(
  "Error Codes",
  "If the response body is in JSON format, it MUST have the following format: errors[{code, message, detail}]",
  async () => {
    const refused = [
      await suite.raw("GET", `/v2/none/blobs/${NOWHERE}`),
      await suite.raw("GET", "/v2/none/manifests/latest"),
      await suite.raw("GET", "/v2/none/tags/list"),
      await suite.raw("GET", "/v2/none/tags/list?n=-1"),
      await suite.raw("GET", "/v2/Upper/manifests/latest"),
      await suite.raw("GET", "/v2/none/manifests/.not-a-tag"),
      await suite.raw("GET", "/v2/none/manifests/sha256:bad"),
      await suite.raw("GET", "/v2/none/referrers/sha256:bad"),
      await suite.raw("PATCH", "/v2/none/blobs/uploads/none"),
      await suite.raw("POST", "/v2/none/blobs/uploads/?digest-algorithm=md5"),
      await suite.raw("PUT", "/v2/none/manifests/latest", { body: "no" }),
      await suite.raw("POST", "/v2/none/manifests/latest"),
      await suite.raw("GET", "/elsewhere"),
    ];
    for (const { status, headers, body } of refused) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(headers["content-type"]).toBe("application/json");
      expect(JSON.parse(body.toString())).toEqual({
        errors: [{ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringMatching(/./), detail: null }],
      });
    }
  },
);

must("Error Codes", "The `code` field MUST be one of the following", async () => {
  const repository = await seeded(suite);
  await suite.putManifest(repository, "1.0.0", emptyManifest());
  await suite.pushBlob(repository, Buffer.from("0123456789"));
  const answers = [
    await suite.raw("GET", `/v2/${repository}/tags/list?n=x`),
    await suite.raw("GET", `/v2/${repository}/manifests/${"t".repeat(200)}`),
    await suite.raw("GET", `/v2/${repository}/blobs/sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882`, {
      headers: { range: "bytes=10-" },
    }),
    await suite.putManifest(repository, "1.0.0", emptyManifest()),
    await suite.raw("PUT", `/v2/${repository}/manifests/${NOWHERE}?${"tag=a&".repeat(101)}`, { body: emptyManifest() }),
    await suite.raw("PUT", `/v2/${repository}/manifests/big`, { headers: { "content-length": "5000000" }, body: Buffer.alloc(5_000_000) }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 416, 409, 414, 413]);
  for (const { code } of answers) expect(CODES).toContain(code);
});

must("Pulling manifests", "Throughout this document, `<name>` MUST match the following regular expression", async () => {
  const put = async (name: string): Promise<number> => (await suite.raw("POST", `/v2/${name}/blobs/uploads/`)).status;
  for (const name of ["a", "a.b", "a_b", "a__b", "a-b", "a---b", "a/b/c/d", "0", "a/blobs/uploads/b"])
    expect([name, await put(name)]).toEqual([name, 202]);
  for (const name of [
    "A",
    "a..b",
    "a___b",
    "-a",
    "a-",
    "a/",
    "a//b",
    ".a",
    "a._b",
    "a%2fB",
    "ä",
    "a b".replace(" ", "%20"),
    "x".repeat(300),
  ])
    expect([name, (await put(encodeURI(name).replaceAll("%25", "%"))) >= 400]).toEqual([name, true]);
});

must("Endpoints", "a method that an endpoint does not have is refused, and the answer says which it has", async () => {
  const answer = await suite.raw("POST", "/v2/a/manifests/latest");
  expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD, PUT, DELETE"]);
  expect((await suite.raw("PUT", `/v2/a/blobs/${NOWHERE}`)).status).toBe(405);
});

must("Registry Proxying", "A registry MAY choose to ignore the `ns` query parameter", async () => {
  const repository = await seeded(suite);
  await suite.putManifest(repository, "latest", emptyManifest());
  expect((await suite.raw("GET", `/v2/${repository}/manifests/latest?ns=docker.io`)).status).toBe(200);
});
