import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerTools } from "../../test/support/container-tools.ts";
import { exec, type ExecResult, parseDigest } from "../core/index.ts";
import { startTestRegistry, temporaryFolder, type TestRegistry } from "./registry.fixture.ts";

/** Debian's buildah and podman against a real server, with stores of their own and no container run. */
const tools = containerTools();
let registry: TestRegistry;
let folder: string;

beforeAll(async () => {
  registry = await startTestRegistry();
  folder = temporaryFolder();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await registry[Symbol.asyncDispose]();
});

const store = (name: string): readonly string[] => [
  "--root",
  join(folder, name),
  "--runroot",
  join(folder, `${name}-run`),
  "--storage-driver",
  "vfs",
];
const attempt = (program: string, args: readonly string[]): Promise<ExecResult> =>
  exec(program, args, { timeoutMs: 120_000, ...(tools === undefined ? {} : { env: tools.env }) });
const run = async (program: string, args: readonly string[]): Promise<string> => {
  const result = await attempt(program, args);
  if (result.exitCode !== 0) throw new Error(`${program} ${args.join(" ")}: ${result.stderr}`);
  return result.stdout.trim();
};
const buildahArgs = (...args: readonly string[]): readonly string[] => [...store("buildah"), ...args];
const buildah = (...args: readonly string[]): Promise<string> => run(tools?.buildah ?? "", buildahArgs(...args));
const podmanArgs = (...args: readonly string[]): readonly string[] => {
  const own = ["--tmpdir", join(folder, "podman-tmp"), "--conmon", tools?.conmon ?? ""];
  return [...store("podman"), ...own, "--cgroup-manager", "cgroupfs", "--events-backend", "file", ...args];
};
const podman = (...args: readonly string[]): Promise<string> => run(tools?.podman ?? "", podmanArgs(...args));
const at = (name: string): string => `${registry.running.address}/team/${name}`;
const PLAIN = "--tls-verify=false";

const image = async (name: string, architecture = "amd64"): Promise<string> => {
  const file = join(folder, `content-${name}`);
  writeFileSync(file, randomBytes(300_000));
  const container = await buildah("from", "--arch", architecture, "scratch");
  await buildah("copy", container, file, "/content");
  return await buildah("commit", "--quiet", container, name);
};

test.skipIf(tools === undefined)("buildah pushes an image and a list of two, pulls them back, and reads our words", async () => {
  const id = await image("one");
  await buildah("push", PLAIN, "one", `docker://${at("buildah:1.0.0")}`);
  await buildah("rmi", "-f", "one");
  expect(await buildah("pull", PLAIN, at("buildah:1.0.0"))).toBe(id);

  await buildah("manifest", "create", "both");
  for (const architecture of ["amd64", "arm64"]) {
    await image(architecture, architecture);
    await buildah("manifest", "add", "--arch", architecture, "both", architecture);
  }
  await buildah("manifest", "push", "--all", PLAIN, "both", `docker://${at("buildah:2.0.0")}`);
  const list = await registry.client.manifest(registry.at("team/buildah:2.0.0"));
  const { manifests } = JSON.parse(Buffer.from(list.bytes).toString()) as {
    manifests: { platform: { architecture: string }; digest: string }[];
  };
  expect(manifests.map(({ platform }) => platform.architecture).toSorted()).toEqual(["amd64", "arm64"]);
  for (const { digest } of manifests)
    expect((await registry.raw("HEAD", `/v2/team/buildah/manifests/${parseDigest(digest)}`)).status).toBe(200);

  await image("other");
  const refused = await attempt(tools?.buildah ?? "", buildahArgs("push", PLAIN, "other", `docker://${at("buildah:1.0.0")}`));
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("the tag 1.0.0 of team/buildah is immutable");
});

test.skipIf(tools === undefined)("podman pulls by tag and digest, pushes both formats, lists tags, and reads our words", async () => {
  await image("for-podman");
  await buildah("push", PLAIN, "for-podman", `docker://${at("podman:1.0.0")}`);
  const id = await podman("pull", "--quiet", PLAIN, at("podman:1.0.0"));
  const { digest } = await registry.client.resolve(registry.at("team/podman:1.0.0"));
  expect(await podman("pull", "--quiet", PLAIN, `${registry.running.address}/team/podman@${digest}`)).toBe(id);
  for (const format of ["oci", "v2s2"]) {
    await podman("push", PLAIN, "--format", format, id, at(`podman:${format}`));
    expect((await registry.client.resolve(registry.at(`team/podman:${format}`))).mediaType).toContain(
      format === "oci" ? "vnd.oci" : "vnd.docker",
    );
  }
  expect(await podman("search", PLAIN, "--list-tags", at("podman"))).toMatch(/1\.0\.0[^]*oci[^]*v2s2/);
  const refused = await attempt(tools?.podman ?? "", podmanArgs("push", PLAIN, "--format", "v2s2", id, at("podman:1.0.0")));
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("the tag 1.0.0 of team/podman is immutable");
});
