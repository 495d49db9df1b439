import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { writeForeignLayout } from "../support/e2e/foreign-image.ts";
import { freePort, type Installation, type Result } from "../support/e2e/installation.ts";
import { occupy } from "../support/e2e/occupy.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { pictureOf } from "../support/e2e/whole.ts";

let shop: Installation;
let picture: unknown;
let compose: string;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  picture = await pictureOf(shop);
  compose = readFileSync(join(shop.projectFolder, "compose.yaml"), "utf8");
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Whatever is refused, the release that served serves, on the same containers. */
afterEach(async () => {
  writeFileSync(join(shop.projectFolder, "compose.yaml"), compose);
  expect(await pictureOf(shop)).toEqual(picture);
  expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
});

/** Exit status and essential words; nothing is ever called a bug of ours. */
const expectRefused = (result: Result, exit: number, ...words: readonly (string | RegExp)[]): void => {
  expect(result.exit, result.said).toBe(exit);
  for (const word of words)
    if (typeof word === "string") expect(result.said).toContain(word);
    else expect(result.said).toMatch(word);
  expect(result.said).not.toContain("bug of ours");
};

/** Where a text first has the part, as `line:column`. */
const placeOf = (text: string, part: string): string => {
  const before = text.slice(0, text.indexOf(part)).split("\n");
  return `compose.yaml:${before.length}:${(before.at(-1) ?? "").length + 1}`;
};

describe("2, bad input", () => {
  const write = (text: string): void => writeFileSync(join(shop.projectFolder, "compose.yaml"), text);

  test.each([["ship"], ["deploy"], ["status"]])("broken YAML: %s names file, line and column", async (command) => {
    const text = compose.replace("    read_only: true\n", "    read_only: [true\n");
    write(text);
    expectRefused(await shop.seaworthy([command]), 2, /compose\.yaml:\d+:\d+/);
  });

  test("an unknown field: named at its place, with what was meant", async () => {
    const text = compose.replace("    init: true\n", "    init: true\n    restrat: always\n");
    write(text);
    expectRefused(await shop.seaworthy(["ship"]), 2, placeOf(text, "restrat"), "restrat", /did you mean.*restart/);
  });

  test("an unknown setting of ours: the same", async () => {
    const text = compose.replace("drain: 10s", "drian: 10s");
    write(text);
    expectRefused(await shop.seaworthy(["ship"]), 2, placeOf(text, "drian"), "drian");
  });

  test("a missing variable: named at its place, and how to give it", async () => {
    const refused = await shop.seaworthy(["ship"], { env: { E2E_HTTP_PORT: undefined } });
    expectRefused(refused, 2, "E2E_HTTP_PORT", `compose.yaml:${placeOf(compose, "E2E_HTTP_PORT").split(":")[1]}:`, /\.env/);
  });

  test("an engine on another machine: what changes a server runs there", async () => {
    expectRefused(
      await shop.seaworthy(["deploy"], { env: { DOCKER_HOST: "ssh://root@192.0.2.1" } }),
      2,
      "192.0.2.1",
      "runs on that server",
    );
  });
});

describe("7, something needed is not there", () => {
  test("no engine", async () => {
    const socket = join(shop.scratch.folder, "none.sock");
    for (const command of ["ship", "deploy", "status"])
      expectRefused(
        await shop.seaworthy([command], { env: { DOCKER_HOST: `unix://${socket}` } }),
        7,
        `no engine answers at unix://${socket}`,
      );
  });

  test("a registry that is down", async () => {
    const port = await freePort();
    const elsewhere = compose.replace(/^ {2}registry: .*$/m, `  registry: { repository: "127.0.0.1:${port}/shop" }`);
    writeFileSync(join(shop.projectFolder, "compose.yaml"), elsewhere);
    expectRefused(await shop.seaworthy(["ship"]), 7, `127.0.0.1:${port}/shop`, "ECONNREFUSED");
  });
});

describe("8, the machine refuses", () => {
  test("the proxy's port is another program's", async () => {
    const port = await freePort();
    await using _taken = await occupy(shop, port);
    expectRefused(await shop.seaworthy(["deploy"], { env: { E2E_HTTP_PORT: String(port) } }), 8, `port ${port} is taken`);
  });

  test("the registry's port is another program's", async () => {
    const port = await freePort();
    await using _taken = await occupy(shop, port);
    expectRefused(await shop.seaworthy(["ship"], { env: { E2E_REGISTRY_PORT: String(port) } }), 8, `127.0.0.1:${port}`);
  });

  test("the disk under the registry is full", async () => {
    const data = join(shop.scratch.state, "registry");
    await commitVersion(shop, { version: "1.1.0" });
    await shop.docker.program("mount", ["-t", "tmpfs", "-o", "size=60m", "swe2e", data]);
    try {
      expectRefused(await shop.seaworthy(["ship"]), 8, "no space left", /registry/);
    } finally {
      await shop.docker.program("umount", [data]);
    }
  });
});

describe("1, refused by a gate", () => {
  test("what nobody signed, and what another key signed", async () => {
    await commitVersion(shop, { version: "1.2.0" });
    const pushed = await shop.seaworthy(["push"]);
    expect(pushed.exit, pushed.said).toBe(0);
    expectRefused(await shop.seaworthy(["deploy"]), 1, /no signature|not signed/);
    const other = join(shop.scratch.folder, "other");
    const env = { COSIGN_PASSWORD: "correct horse" };
    expect((await shop.seaworthy(["keys", "new", "--output", other], { env })).exit).toBe(0);
    const signed = await shop.seaworthy(["sign", "--key", `${other}.key`], { env });
    expect(signed.exit, signed.said).toBe(0);
    const refused = await shop.seaworthy(["deploy"]);
    expectRefused(refused, 1, "swe2e/", /another key|none of the trusted|not by a trusted/);
    expect(refused.said).not.toContain("correct horse");
  });

  test("an image for another architecture", async () => {
    await commitVersion(shop, { version: "1.3.0" });
    const commit = (await shop.git(["rev-parse", "HEAD"])).slice(0, 12);
    const layout = join(shop.scratch.folder, "arm64");
    writeForeignLayout(layout, "arm64");
    const pushed = await shop.seaworthy(["push", "ledger"]);
    expect(pushed.exit, pushed.said).toBe(0);
    const registry = shop.call([
      "registry",
      "serve",
      "--data",
      join(shop.scratch.state, "registry"),
      "--listen",
      `127.0.0.1:${shop.registryPort}`,
      "--open",
    ]);
    try {
      const target = `docker://127.0.0.1:${shop.registryPort}/swe2e/web:sha-${commit}`;
      const copy = ["copy", "--all", "--quiet", "--insecure-policy", "--dest-tls-verify=false", `oci:${layout}`, target];
      // The registry takes a moment to listen.
      for (let tries = 0; ; tries += 1)
        try {
          await shop.docker.program("skopeo", copy);
          break;
        } catch (error) {
          if (tries === 20) throw error;
          await sleep(100);
        }
      expectRefused(await shop.seaworthy(["deploy"]), 1, "linux/arm64", "this engine runs linux/amd64", "web");
    } finally {
      registry.child.kill("SIGTERM");
      await registry.ended;
    }
  });

  test("a version whose tag is in the registry for another image", async () => {
    await commitVersion(shop, { version: "1.4.0" });
    await shop.git(["tag", "--force", "v1.0.0"]);
    expectRefused(await shop.seaworthy(["ship"]), 1, "1.0.0", "immutable", "never moves");
    await shop.git(["tag", "--force", "v1.0.0", "HEAD~1"]);
  });

  test("examples/adrift, with its reasons", async () => {
    const folder = join(shop.scratch.folder, "adrift");
    mkdirSync(folder);
    cpSync(resolve(import.meta.dirname, "../../examples/adrift"), folder, { recursive: true });
    const file = join(folder, "compose.yaml");
    writeFileSync(file, `x-seaworthy: {registry: {port: ${await freePort()}}}\n${readFileSync(file, "utf8")}`);
    const refused = await shop.seaworthy(["ship"], { cwd: folder });
    expectRefused(refused, 1, "immutable-tags", "resource-limits", "narrow-ports", "runtime-secrets", "restart-policy", "clean-context");
    expect(refused.said).not.toContain("hunter2");
    expect(await shop.docker.lines(["ps", "-aq", "--filter", "label=dev.seaworthy.project=adrift"])).toEqual([]);
  });
});

test("3, a release that never becomes ready: the probe's answer and the container's last words together", async () => {
  await commitVersion(shop, { version: "1.5.0", ready: false });
  for (const args of [["ship"], ["deploy"]]) {
    const refused = await shop.seaworthy(args, { env: { E2E_READY: "2s" } });
    expectRefused(
      refused,
      3,
      "within 2 s",
      "answered status 503",
      "the price list is missing",
      "last log lines of swe2e-web-r",
      '"message":"listening"',
    );
  }
});
