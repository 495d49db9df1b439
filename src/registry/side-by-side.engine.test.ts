import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Digest, digestOf, hexOf } from "../core/index.ts";
import { MEDIA } from "../image/index.ts";
import { countingProxy, dockerRegistry, startDockerRegistry } from "../../test/support/docker-registry.ts";
import { openControl } from "./control/client.ts";
import { startTestRegistry, temporaryFolder } from "./registry.fixture.ts";

/** What the reference registry loses (facts of docs/reliability.md), done to both. Of ours each must hold; what Debian's docker-registry does is printed. */
const peer = dockerRegistry();
const found: (readonly [what: string, ours: string, theirs: string])[] = [];

interface Side extends AsyncDisposable {
  readonly address: string;
  readonly folder: string;
  /** Its collection, with everything that it would take. */
  collect(): Promise<void>;
}

const ours = async (): Promise<Side> => {
  let ahead = 0;
  const clock = {
    now: () => Date.now() + ahead,
    elapsed: () => performance.now(),
    sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
  };
  const registry = await startTestRegistry({ clock });
  return {
    address: registry.running.address,
    folder: registry.folder,
    collect: async () => {
      await using control = await openControl(registry.folder);
      for (const days of [9, 1]) {
        ahead += days * 86_400_000;
        await control.ask("collect", {});
      }
    },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
};

const theirs = async (binary: string): Promise<Side> => {
  const folder = temporaryFolder();
  const started = await startDockerRegistry(binary, folder);
  return {
    address: started.address,
    folder,
    collect: async () => {
      execFileSync(binary, ["garbage-collect", "--delete-untagged", join(folder, "config.yml")], { stdio: "ignore" });
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
};

const call = async (side: { readonly address: string }, method: string, path: string, body?: string, type = "application/octet-stream") => {
  const response = await fetch(`http://${side.address}/v2/${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
    ...(method === "GET" ? { headers: { accept: `${MEDIA.ociIndex}, ${MEDIA.ociManifest}, */*` } } : {}),
  });
  return { status: response.status, text: await response.text(), location: response.headers.get("location") ?? "" };
};

const upload = async (side: Side, bytes: string): Promise<Digest> => {
  const digest = digestOf(bytes);
  const { location } = await call(side, "POST", "team/app/blobs/uploads/", "");
  const url = new URL(location, `http://${side.address}`);
  url.searchParams.set("digest", digest);
  expect((await fetch(url, { method: "PUT", body: bytes, headers: { "content-type": "application/octet-stream" } })).status).toBe(201);
  return digest;
};

const image = async (side: Side, layer: string, reference: string | undefined): Promise<Digest> => {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: { mediaType: MEDIA.ociConfig, digest: await upload(side, "{}"), size: 2 },
    layers: [{ mediaType: MEDIA.ociLayer, digest: await upload(side, layer), size: layer.length }],
  });
  const digest = digestOf(manifest);
  expect((await call(side, "PUT", `team/app/manifests/${reference ?? digest}`, manifest, MEDIA.ociManifest)).status).toBe(201);
  return digest;
};

/** On both sides; ours has to be as said, theirs is told. */
const compare = (what: string, expected: string, experiment: (side: Side) => Promise<string>): void => {
  test(what, async () => {
    await using mine = await ours();
    const own = await experiment(mine);
    let other = "not there";
    if (peer !== undefined) {
      await using their = await theirs(peer);
      other = await experiment(their);
    }
    found.push([what, own, other]);
    expect(own).toBe(expected);
  });
};

afterAll(() => {
  if (peer === undefined) process.stdout.write("docker-registry cannot be had here: only our side was tried\n");
  for (const row of found) process.stdout.write(`| ${row.join(" | ")} |\n`);
});

describe("beside docker-registry", () => {
  compare("a tagged index with untagged children, then a collection of what is untagged", "200, children 200 200", async (side) => {
    const children = [await image(side, "one", undefined), await image(side, "two", undefined)];
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: children.map((digest) => ({
        mediaType: MEDIA.ociManifest,
        digest,
        size: 1,
        platform: { os: "linux", architecture: "amd64" },
      })),
    });
    expect((await call(side, "PUT", "team/app/manifests/multi", index, MEDIA.ociIndex)).status).toBe(201);
    await side.collect();
    const told = [];
    for (const digest of children) told.push((await call(side, "GET", `team/app/manifests/${digest}`)).status);
    return `${(await call(side, "GET", "team/app/manifests/multi")).status}, children ${told.join(" ")}`;
  });

  compare("push, delete, collect while it serves, push again: the layer", "200, 5 bytes", async (side) => {
    const digest = await image(side, "layer", "1.0.0");
    expect((await call(side, "DELETE", `team/app/manifests/${digest}`)).status).toBe(202);
    await side.collect();
    // As clients do: what is there is not sent.
    for (const bytes of ["layer", "{}"])
      if ((await call(side, "HEAD", `team/app/blobs/${digestOf(bytes)}`)).status !== 200) await upload(side, bytes);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: digestOf("{}"), size: 2 },
      layers: [{ mediaType: MEDIA.ociLayer, digest: digestOf("layer"), size: 5 }],
    });
    expect((await call(side, "PUT", "team/app/manifests/1.0.0", manifest, MEDIA.ociManifest)).status).toBe(201);
    const layer = await call(side, "GET", `team/app/blobs/${digestOf("layer")}`).catch(() => ({ status: 0, text: "" }));
    return `${layer.status}, ${layer.text.length} bytes`;
  });

  compare("one byte of a stored layer flips, the good layer is uploaded again", "the good bytes", async (side) => {
    await image(side, "good layer", "1.0.0");
    const hex = hexOf(digestOf("good layer"));
    const [file = ""] = globSync([`**/${hex}`, `**/${hex}/data`], { cwd: side.folder })
      .map((path) => join(side.folder, path))
      .filter((path) => existsSync(path) && !path.includes("_layers") && readable(path));
    chmodSync(file, 0o644);
    writeFileSync(file, "bad layer!");
    await upload(side, "good layer");
    return (await call(side, "GET", `team/app/blobs/sha256:${hex}`)).text === "good layer" ? "the good bytes" : "the corrupt bytes";
  });

  compare("two images are pushed under one version", "409, the first stays", async (side) => {
    const first = await image(side, "first", "1.0.0");
    const manifest = (await call(side, "GET", `team/app/manifests/${first}`)).text.replace('"schemaVersion":2', '"schemaVersion": 2');
    const { status } = await call(side, "PUT", "team/app/manifests/1.0.0", manifest, MEDIA.ociManifest);
    const stays = digestOf((await call(side, "GET", "team/app/manifests/1.0.0")).text) === first;
    return `${status}, ${stays ? "the first stays" : "the first is gone"}`;
  });

  compare("the wrong image is deleted by digest", "comes back", async (side) => {
    const digest = await image(side, "dear", "1.0.0");
    expect((await call(side, "DELETE", `team/app/manifests/${digest}`)).status).toBe(202);
    if (existsSync(join(side.folder, "control.sock"))) {
      await using control = await openControl(side.folder);
      await control.ask("undo", {});
    }
    return (await call(side, "GET", "team/app/manifests/1.0.0")).status === 200 ? "comes back" : "stays away";
  });

  test("through a cache: eight cold pulls at once, a range of what is not there yet, and a tag while the upstream is down", async () => {
    await using upstream = await ours();
    const big = "x".repeat(1024 * 1024);
    await image(upstream, big, "1.0.0");
    const told = async (make: (at: string) => Promise<{ readonly address: string; readonly path: string } & AsyncDisposable>) => {
      const proxy = await countingProxy(upstream.address);
      await using side = await make(proxy.address);
      const blob = `${side.path}/blobs/${digestOf(big)}`;
      expect((await call(side, "GET", `${side.path}/manifests/1.0.0`)).status).toBe(200);
      const range = await fetch(`http://${side.address}/v2/${side.path}/blobs/${digestOf("{}")}`, { headers: { range: "bytes=0-0" } });
      const ranged = `${range.status}, ${(await range.text()).length} byte`;
      await Promise.all(Array.from({ length: 8 }, () => call(side, "GET", blob)));
      const fetches = proxy.heard.filter((line) => line.startsWith("GET") && line.includes(digestOf(big))).length;
      await proxy[Symbol.asyncDispose]();
      return { fetches: `${fetches}`, ranged, outage: `${(await call(side, "GET", `${side.path}/manifests/never-asked-for`)).status}` };
    };
    const own = await told(async (at) => {
      const registry = await startTestRegistry({ mirrors: [{ upstream: at, plainHttp: true, internal: true, name: "up" }] });
      return {
        address: registry.running.address,
        path: "mirror/up/team/app",
        [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
      };
    });
    const other =
      peer === undefined
        ? undefined
        : await told(async (at) => {
            const started = await startDockerRegistry(peer, temporaryFolder(), at);
            return { address: started.address, path: "team/app", [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
          });
    found.push(["eight cold pulls at once: fetches from upstream", own.fetches, other?.fetches ?? "not there"]);
    found.push(["one byte of a blob that is not cached yet", own.ranged, other?.ranged ?? "not there"]);
    found.push(["an unknown tag while the upstream is down", own.outage, other?.outage ?? "not there"]);
    expect([own.fetches, own.ranged, Number(own.outage) >= 500]).toEqual(["1", "206, 1 byte", true]);
  });
});

const readable = (path: string): boolean => {
  try {
    return readFileSync(path, "utf8") === "good layer";
  } catch {
    return false;
  }
};
