import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { MEDIA } from "../../image/index.ts";
import { smallManifest } from "../registry.fixture.ts";
import { basic, startGuarded } from "./guarded.fixture.ts";

let registry: Awaited<ReturnType<typeof startGuarded>>;
const EMPTY = digestOf("{}");
const image = smallManifest("one");

const as = (name: string): Readonly<Record<string, string>> => ({ authorization: basic(name, registry.secrets[name]) });

/** Puts one image into a repository, as root. */
const fill = async (repository: string): Promise<void> => {
  const headers = as("root");
  expect((await registry.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${EMPTY}`, { headers, body: "{}" })).status).toBe(201);
  const type = { ...headers, "content-type": MEDIA.ociManifest };
  expect((await registry.raw("PUT", `/v2/${repository}/manifests/v`, { headers: type, body: image.bytes })).status).toBe(201);
};

beforeAll(async () => {
  registry = await startGuarded();
  for (const repository of ["team/app", "public/app", "other/app"]) await fill(repository);
});
afterAll(() => registry[Symbol.asyncDispose]());

type Verb = "pull" | "push" | "delete";

/** One request for each way to do something; none changes what the next one finds, except those of `delete`, whose target is not there. */
const REQUESTS: readonly (readonly [Verb, string, string])[] = [
  ["pull", "GET", "manifests/v"],
  ["pull", "HEAD", "manifests/v"],
  ["pull", "GET", `manifests/${image.digest}`],
  ["pull", "GET", `blobs/${EMPTY}`],
  ["pull", "HEAD", `blobs/${EMPTY}`],
  ["pull", "GET", "tags/list"],
  ["pull", "GET", `referrers/${image.digest}`],
  ["push", "POST", "blobs/uploads/"],
  ["push", "POST", `blobs/uploads/?digest=${EMPTY}`],
  ["push", "GET", "blobs/uploads/00000000-0000-4000-8000-000000000000"],
  ["push", "PATCH", "blobs/uploads/00000000-0000-4000-8000-000000000000"],
  ["push", "PUT", `blobs/uploads/00000000-0000-4000-8000-000000000000?digest=${EMPTY}`],
  ["push", "DELETE", "blobs/uploads/00000000-0000-4000-8000-000000000000"],
  ["push", "PUT", "manifests/w"],
  ["delete", "DELETE", "manifests/nothing"],
  ["delete", "DELETE", `manifests/${digestOf("nothing")}`],
  ["delete", "DELETE", `blobs/${digestOf("nothing")}`],
];

const MAY: Readonly<Record<string, Readonly<Record<string, readonly Verb[]>>>> = {
  ann: { "team/app": ["pull", "push"], "public/app": ["pull"], "other/app": [], "other/none": [] },
  bob: { "team/app": ["pull"], "public/app": ["pull"], "other/app": [], "other/none": [] },
  root: {
    "team/app": ["pull", "push", "delete"],
    "public/app": ["pull", "push", "delete"],
    "other/app": ["pull", "push", "delete"],
    "other/none": [],
  },
  nobody: { "team/app": [], "public/app": ["pull"], "other/app": [], "other/none": [] },
  anonymous: { "team/app": [], "public/app": ["pull"], "other/app": [], "other/none": [] },
};

const rows = Object.entries(MAY).flatMap(([name, repositories]) =>
  Object.entries(repositories)
    .filter(([repository]) => !(name === "root" && repository === "other/none"))
    .map(([repository, verbs]) => ({ name, repository, verbs })),
);

describe.each(rows)("$name in $repository: $verbs", ({ name, repository, verbs }) => {
  const send = (method: string, path: string, headers: Readonly<Record<string, string>>) =>
    registry.raw(method, `/v2/${repository}/${path}`, {
      headers: { ...headers, ...(method === "PUT" && path.startsWith("manifests") ? { "content-type": MEDIA.ociManifest } : {}) },
      ...(method === "PUT" && path.startsWith("manifests") ? { body: image.bytes } : {}),
    });

  test("by Basic, or by nothing", async () => {
    for (const [verb, method, path] of REQUESTS) {
      const { status } = await send(method, path, name === "anonymous" ? {} : as(name));
      const what = `${method} ${path} -> ${status}`;
      if (verbs.includes(verb)) expect([200, 201, 202, 204, 400, 404], what).toContain(status);
      else expect(status, what).toBe(name === "anonymous" ? 401 : 403);
    }
  });

  test("by a token for everything that was asked for", async () => {
    const credentials = name === "anonymous" ? undefined : as(name)["authorization"];
    const token = await registry.token([`repository:${repository}:pull,push,delete`], credentials);
    for (const [verb, method, path] of REQUESTS) {
      const { status } = await send(method, path, { authorization: `Bearer ${token}` });
      const what = `${method} ${path} -> ${status}`;
      if (verbs.includes(verb)) expect([200, 201, 202, 204, 400, 404], what).toContain(status);
      else expect(status, what).toBe(name === "anonymous" ? 401 : 403);
    }
  });

  test("a token for one action opens no other, a token for another repository nothing but what is open to everybody", async () => {
    const credentials = name === "anonymous" ? undefined : as(name)["authorization"];
    for (const scope of ["pull", "push", "delete"] as const) {
      const token = await registry.token([`repository:${repository}:${scope}`], credentials);
      for (const [verb, method, path] of REQUESTS) {
        const answer = await send(method, path, { authorization: `Bearer ${token}` });
        const what = `${scope}: ${method} ${path} -> ${answer.status}`;
        const open = verb === "pull" && MAY["anonymous"]?.[repository]?.includes("pull") === true;
        if (verbs.includes(verb) && (verb === scope || open)) expect([200, 201, 202, 204, 400, 404], what).toContain(answer.status);
        else expect([401, 403], what).toContain(answer.status);
      }
    }
    const near = await registry.token(
      [
        `repository:${repository}x:*`,
        `repository:${repository}/x:*`,
        `repository:${repository.split("/")[0]}:*`,
        "repository:**:*",
        "repository:team/*:*",
      ],
      credentials,
    );
    for (const [verb, method, path] of REQUESTS)
      if (verb !== "pull" || repository !== "public/app")
        expect([401, 403], `${method} ${path}`).toContain((await send(method, path, { authorization: `Bearer ${near}` })).status);
  });
});

test("what one may not see answers alike whether it is there or not", async () => {
  const there = await registry.raw("GET", "/v2/other/app/manifests/v", { headers: as("ann") });
  const nowhere = await registry.raw("GET", "/v2/other/none/manifests/v", { headers: as("ann") });
  expect([there.status, there.code, there.message?.replace("app", "none")]).toEqual([nowhere.status, nowhere.code, nowhere.message]);
});

test("a mount from where one may not pull begins an upload, as for a blob that is nowhere", async () => {
  const mount = (from: string, digest: string, headers: Readonly<Record<string, string>>) =>
    registry.raw("POST", `/v2/team/mine/blobs/uploads/?mount=${digest}${from}`, { headers });
  const nowhere = digestOf("nowhere");
  const secret = digestOf("secret");
  expect(
    (await registry.raw("POST", `/v2/other/app/blobs/uploads/?digest=${secret}`, { headers: as("root"), body: "secret" })).status,
  ).toBe(201);
  for (const from of ["&from=other/app", ""]) {
    expect((await mount(from, secret, as("ann"))).status).toBe(202);
    expect((await mount(from, nowhere, as("ann"))).status).toBe(202);
  }
  expect((await registry.raw("GET", `/v2/team/mine/blobs/${secret}`, { headers: as("ann") })).status).toBe(404);
  // Right and token must both reach the source. A token that does not is told of one that would, when there is one to be had.
  const onlyHere = { authorization: `Bearer ${await registry.token(["repository:team/mine:pull,push"], as("ann")["authorization"])}` };
  const told = await mount("&from=team/app", EMPTY, onlyHere);
  expect([told.status, told.headers["www-authenticate"]]).toEqual([
    401,
    expect.stringContaining('scope="repository:team/mine:pull,push repository:team/app:pull",error="insufficient_scope"'),
  ]);
  for (const from of ["&from=other/app", "&from=other/none", "&from=%22,%20x"])
    expect((await mount(from, EMPTY, onlyHere)).status, from).toBe(from.includes("%22") ? 400 : 202);
  const both = {
    authorization: `Bearer ${await registry.token(["repository:team/mine:pull,push repository:team/app:pull"], as("ann")["authorization"])}`,
  };
  expect((await mount("&from=team/app", EMPTY, both)).status).toBe(201);
  expect((await mount("&from=other/app", secret, as("root"))).status).toBe(201);
  // Without a token: the challenge has both, so the first one that is asked for is enough; what is no name is not in it.
  for (const [from, also] of [
    ["&from=team/app", " repository:team/app:pull"],
    ["&from=%22,%20x", ""],
    ["", ""],
  ])
    expect((await mount(from ?? "", EMPTY, {})).headers["www-authenticate"], from).toContain(
      `scope="repository:team/mine:pull,push${also}"`,
    );
});

test("the catalogue holds what the caller may pull, page by page", async () => {
  const catalogue = async (headers: Readonly<Record<string, string>>, query = ""): Promise<readonly string[]> => {
    const answer = await registry.raw("GET", `/v2/_catalog${query}`, { headers });
    expect(answer.status).toBe(200);
    return (JSON.parse(answer.body.toString()) as { repositories: string[] }).repositories;
  };
  expect(await catalogue(as("root"))).toEqual(["other/app", "public/app", "team/app"]);
  expect(await catalogue(as("bob"))).toEqual(["public/app", "team/app"]);
  expect(await catalogue(as("bob"), "?n=1")).toEqual(["public/app"]);
  expect(await catalogue(as("bob"), "?n=1&last=public/app")).toEqual(["team/app"]);
  expect((await registry.raw("GET", "/v2/_catalog")).status).toBe(401);
  const anonymous = await registry.token(["registry:catalog:*"]);
  expect(await catalogue({ authorization: `Bearer ${anonymous}` })).toEqual(["public/app"]);
  const pulls = await registry.token(["repository:team/app:pull"], as("bob")["authorization"]);
  const refused = await registry.raw("GET", "/v2/_catalog", { headers: { authorization: `Bearer ${pulls}` } });
  expect(refused.headers["www-authenticate"]).toContain('scope="registry:catalog:*"');
  expect(refused.headers["www-authenticate"]).toContain('error="insufficient_scope"');
});

test("/v2/ asks everybody for a token, and tells where", async () => {
  const answer = await registry.raw("GET", "/v2/");
  expect(answer.status).toBe(401);
  expect(answer.code).toBe("UNAUTHORIZED");
  expect(answer.headers["www-authenticate"]).toBe(
    `Bearer realm="http://${registry.running.address}/token",service="${registry.running.address}"`,
  );
  expect((await registry.raw("GET", "/v2/", { headers: { authorization: `Bearer ${await registry.token([])}` } })).status).toBe(200);
  expect((await registry.raw("GET", "/v2/", { headers: as("nobody") })).status).toBe(200);
  for (const header of [
    "Basic",
    "Basic !!",
    "Digest x",
    "Bearer",
    "Bearer x",
    `Basic ${Buffer.from("ann").toString("base64")}`,
    basic("ann", "wrong"),
  ])
    expect((await registry.raw("GET", "/v2/", { headers: { authorization: header } })).status, header).toBe(401);
});

test("an upload belongs to who began it", async () => {
  const begun = await registry.raw("POST", "/v2/team/app/blobs/uploads/", { headers: as("root") });
  const location = String(begun.headers.location);
  for (const method of ["GET", "PATCH", "DELETE"]) expect((await registry.raw(method, location, { headers: as("ann") })).status).toBe(404);
  expect((await registry.raw("GET", location, { headers: as("root") })).status).toBe(204);
});

test("figures are for accounts, health is for everybody", async () => {
  expect((await registry.raw("GET", "/metrics")).status).toBe(401);
  expect((await registry.raw("GET", "/metrics", { headers: { authorization: `Bearer ${await registry.token([])}` } })).status).toBe(401);
  const figures = await registry.raw("GET", "/metrics", { headers: as("nobody") });
  expect(figures.body.toString()).toMatch(/^seaworthy_registry_requests_total\{route="manifest",method="GET",status="200"\} \d+$/m);
  expect(figures.body.toString()).not.toContain("team/app");
  expect((await registry.raw("GET", "/healthz")).status).toBe(200);
  expect((await registry.raw("GET", "/readyz")).status).toBe(200);
});

test("no page of another origin may read an answer", async () => {
  for (const path of ["/v2/", "/token", "/v2/public/app/manifests/v"]) {
    const answer = await registry.raw("GET", path, { headers: { origin: "https://evil.example", ...as("ann") } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
  }
  expect((await registry.raw("OPTIONS", "/v2/public/app/manifests/v", { headers: { origin: "https://evil.example" } })).status).toBe(405);
});
