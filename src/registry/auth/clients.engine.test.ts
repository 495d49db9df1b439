import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec, type ExecResult } from "../../core/index.ts";
import { createRegistryClient, writeTar } from "../../image/index.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { PASSWORD, startGuarded } from "./guarded.fixture.ts";

/** Clients people have, logging in to a registry with accounts. */
const DOCKER = "/usr/bin/docker";
const NAME = "seaworthy-auth-test";

let registry: Awaited<ReturnType<typeof startGuarded>>;
let config: string;
const made: string[] = [];

beforeAll(async () => {
  registry = await startGuarded();
  config = temporaryFolder();
  await registry.users.addUser("eve", PASSWORD, [{ pattern: `${NAME}/**`, actions: ["pull", "push"] }]);
  registry.users.grant("anonymous", [{ pattern: `${NAME}/public`, actions: ["pull"] }]);
});
afterAll(async () => {
  const left = await exec(DOCKER, ["images", "-q", "--no-trunc", "--filter", `reference=${registry.running.address}/${NAME}/*`]);
  const ids = new Set([...left.stdout.split("\n"), ...made].filter((id) => id !== ""));
  if (ids.size > 0) await exec(DOCKER, ["rmi", "-f", ...ids]);
  await registry[Symbol.asyncDispose]();
});

const docker = (args: readonly string[], input?: string): Promise<ExecResult> =>
  exec(DOCKER, ["--config", config, ...args], { timeoutMs: 120_000, ...(input === undefined ? {} : { input: Readable.from([input]) }) });
const good = (result: ExecResult): ExecResult => {
  expect(result.exitCode, result.stderr).toBe(0);
  return result;
};
const at = (name: string): string => `${registry.running.address}/${NAME}/${name}`;

test("docker logs in, pushes, pulls, logs out; what is public is pulled all the same, what is not is refused", async () => {
  const imported = await exec(DOCKER, ["import", "-", at("private:1")], {
    input: Readable.from(writeTar([{ path: "data", body: randomBytes(200_000) }])),
  });
  made.push(good(imported).stdout.trim());
  good(await docker(["tag", at("private:1"), at("public:1")]));

  const stranger = await docker(["push", at("private:1")]);
  expect([stranger.exitCode === 0, /authentication required|denied/.test(stranger.stderr)]).toEqual([false, true]);
  const wrong = await docker(["login", "--username", "eve", "--password-stdin", registry.running.address], "wrong password");
  expect([wrong.exitCode === 0, wrong.stderr]).toEqual([false, expect.stringContaining("the name or the password is wrong")]);
  good(await docker(["login", "--username", "eve", "--password-stdin", registry.running.address], PASSWORD));
  // It keeps a login of ours, not the password.
  expect(readFileSync(join(config, "config.json"), "utf8")).not.toContain(Buffer.from(`eve:${PASSWORD}`).toString("base64"));
  good(await docker(["push", at("private:1")]));
  good(await docker(["push", at("public:1")]));
  const denied = await docker([
    "push",
    good(await docker(["tag", at("private:1"), `${registry.running.address}/team/app:1`])) && `${registry.running.address}/team/app:1`,
  ]);
  expect([denied.exitCode === 0, denied.stderr]).toEqual([false, expect.stringContaining("eve may not push to team/app")]);
  await docker(["rmi", `${registry.running.address}/team/app:1`]);

  const forget = async (): Promise<void> => void (await docker(["rmi", "-f", at("private:1"), at("public:1")]));
  await forget();
  for (const name of ["private:1", "public:1"]) good(await docker(["pull", at(name)]));
  good(await docker(["logout", registry.running.address]));
  await forget();
  good(await docker(["pull", at("public:1")]));
  const refused = await docker(["pull", at("private:1")]);
  expect([refused.exitCode === 0, refused.stderr]).toEqual([false, expect.stringMatching(/denied|authentication required/)]);
});

test("a login ends with the password that it was made with", async () => {
  good(await docker(["login", "--username", "eve", "--password-stdin", registry.running.address], PASSWORD));
  good(await docker(["pull", at("private:1")]));
  await registry.users.setPassword("eve", `${PASSWORD} 2`);
  await docker(["rmi", "-f", at("private:1")]);
  expect((await docker(["pull", at("private:1")])).exitCode).not.toBe(0);
  await registry.users.setPassword("eve", PASSWORD);
});

test("skopeo copies with --src-creds and --dest-creds, mounts from where it may, lists and deletes by its rights", async () => {
  const root = `root:${registry.secrets["root"]}`;
  const skopeo = (...args: readonly string[]): Promise<ExecResult> => exec("skopeo", args, { timeoutMs: 120_000 });
  const image = (name: string): string => `docker://${at(name)}`;
  const plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
  good(await skopeo("copy", ...plain, "--src-creds", `eve:${PASSWORD}`, "--dest-creds", root, image("private:1"), image("copy:1")));
  expect((await skopeo("copy", ...plain, "--src-no-creds", "--dest-creds", root, image("private:1"), image("copy:2"))).exitCode).not.toBe(
    0,
  );
  good(await skopeo("inspect", "--raw", "--tls-verify=false", "--no-creds", image("public:1")));
  expect((await skopeo("delete", "--tls-verify=false", "--creds", `eve:${PASSWORD}`, image("copy:1"))).stderr).toContain(
    "may not delete from",
  );
  good(await skopeo("delete", "--tls-verify=false", "--creds", root, image("copy:1")));
});

test("our own client logs in with a password, a robot's secret and a login that docker kept", async () => {
  const reference = registry.at(`${NAME}/private`);
  const refresh = JSON.parse(
    (
      await registry.raw("GET", "/token?offline_token=true", {
        headers: { authorization: `Basic ${Buffer.from(`eve:${PASSWORD}`).toString("base64")}` },
      })
    ).body.toString(),
  ) as { refresh_token: string };
  for (const credentials of [
    { username: "eve", password: PASSWORD },
    { username: "root", password: registry.secrets["root"] ?? "" },
    { identityToken: refresh.refresh_token },
  ]) {
    const client = createRegistryClient({ attempts: 2, credentials: async () => credentials });
    expect(await client.tags(reference)).toEqual(["1"]);
    client.close();
  }
  const nobody = createRegistryClient({ attempts: 1, credentials: async () => undefined });
  await expect(nobody.tags(reference)).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  nobody.close();
});
