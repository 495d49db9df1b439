import { expect } from "vitest";
import { emptyManifest, must, seeded, startSuite } from "./suite.fixture.ts";

const suite = startSuite();

const tagged = async (...tags: readonly string[]): Promise<string> => {
  const repository = await seeded(suite);
  const bytes = emptyManifest();
  for (const tag of tags) await suite.putManifest(repository, tag, bytes);
  return repository;
};

const list = async (repository: string, query = ""): Promise<{ readonly tags: readonly string[]; readonly link: string | undefined }> => {
  const answer = await suite.raw("GET", `/v2/${repository}/tags/list${query}`);
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
  const body = JSON.parse(answer.body.toString()) as { name: string; tags: string[] };
  expect(body.name).toBe(repository);
  return { tags: body.tags, link: typeof answer.headers.link === "string" ? answer.headers.link : undefined };
};

must(
  "Listing Tags (end-8a)",
  "Assuming a repository is found, this request MUST return a `200 OK`; the list of tags MAY be empty",
  async () => {
    expect(await list(await tagged())).toEqual({ tags: [], link: undefined });
  },
);

must("Listing Tags", 'the tags MUST be in lexical or "ASCIIbetical" order', async () => {
  expect((await list(await tagged("b", "a", "C", "10", "9", "_", "a.1", "a-1", "A"))).tags).toEqual([
    "10",
    "9",
    "A",
    "C",
    "_",
    "a",
    "a-1",
    "a.1",
    "b",
  ]);
});

must("Listing Tags (end-8b)", "the response MUST include `<int>` results unless there are fewer or a `Link` is provided", async () => {
  const repository = await tagged("a", "b", "c");
  for (const [n, tags] of [
    [1, ["a"]],
    [2, ["a", "b"]],
    [3, ["a", "b", "c"]],
    [4, ["a", "b", "c"]],
  ] as const)
    expect((await list(repository, `?n=${n}`)).tags).toEqual(tags);
});

must("Listing Tags", "When `n` is zero, this endpoint MUST return an empty list, and MUST NOT include a `Link` header", async () => {
  expect(await list(await tagged("a"), "?n=0")).toEqual({ tags: [], link: undefined });
});

must("Listing Tags", 'A `Link` header MUST be set according to RFC5988 with the Relation Type `rel="next"`', async () => {
  const repository = await tagged("a", "b", "c", "d", "e");
  const seen: string[] = [];
  for (let query: string | undefined = "?n=2"; query !== undefined;) {
    const page = await list(repository, query);
    seen.push(...page.tags);
    query = page.link === undefined ? undefined : /^<\/v2\/.+\/tags\/list(\?.*)>; rel="next"$/.exec(page.link)?.[1];
    if (page.tags.length < 2) expect(page.link).toBeUndefined();
  }
  expect(seen).toEqual(["a", "b", "c", "d", "e"]);
});

must(
  "Listing Tags",
  "`<tagname>` MUST NOT be a numerical index, but rather it MUST be a proper tag; results begin non-inclusively after it",
  async () => {
    const repository = await tagged("1", "10", "2", "a", "b");
    expect((await list(repository, "?last=1")).tags).toEqual(["10", "2", "a", "b"]);
    expect((await list(repository, "?n=1&last=2")).tags).toEqual(["a"]);
    // A tag that is gone still marks a place.
    expect((await list(repository, "?last=aa")).tags).toEqual(["b"]);
    expect((await list(repository, "?last=b")).tags).toEqual([]);
  },
);

must("Listing Tags", "a repository that does not exist is `404 Not Found`, a number that is none is `400`", async () => {
  expect((await suite.raw("GET", "/v2/conformance/nobody/tags/list")).status).toBe(404);
  for (const n of ["-1", "x", "1.5", ""]) expect((await suite.raw("GET", `/v2/conformance/nobody/tags/list?n=${n}`)).status).toBe(400);
});

must("Listing Repositories (not of the specification)", "`_catalog` is paged as tags are", async () => {
  const repository = await tagged("a");
  const answer = await suite.raw("GET", "/v2/_catalog?n=1");
  expect([answer.status, answer.headers.link]).toEqual([200, expect.stringMatching(/^<\/v2\/_catalog\?n=1&last=.+>; rel="next"$/)]);
  expect(JSON.parse((await suite.raw("GET", "/v2/_catalog")).body.toString())).toMatchObject({
    repositories: expect.arrayContaining([repository]),
  });
  expect(JSON.parse((await suite.raw("GET", "/v2/_catalog?n=0")).body.toString())).toEqual({ repositories: [] });
});
