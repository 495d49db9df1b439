import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fakeClock } from "../../../core/index.ts";
import { dockerCredentials, dockerHeaders } from "./docker-credentials.ts";

const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-credentials-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const put = (path: string, content: unknown): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const folderWith = (config: unknown): string => dirname(put(join(temporary(), "config.json"), config));
const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString("base64") });
/** Nothing of the machine's own. */
const nowhere = { HOME: "/nowhere", XDG_RUNTIME_DIR: "/nowhere", XDG_CONFIG_HOME: "/nowhere", PATH: "" };
const program = (folder: string, name: string, lines: string): void => {
  const path = put(join(folder, name), `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
};

test("DOCKER_AUTH_CONFIG comes before the file; hosts are compared whole; Docker Hub is under its old key", async () => {
  const DOCKER_CONFIG = folderWith({
    auths: {
      "reg.example": auth("file:first"),
      "https://old.example/v1/": auth("old:pass:with:colons"),
      "https://index.docker.io/v1/": auth("hub:hubpass"),
      "id.example": { identitytoken: "idtoken" },
      "direct.example": { registrytoken: "registry-token" },
      "plain.example": { username: "p", password: "lain-password" },
      "empty.example": {},
    },
  });
  const env = { ...nowhere, DOCKER_CONFIG };
  const source = dockerCredentials({ ...env, DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "reg.example": auth("env:wins") } }) });
  expect(await source("reg.example")).toEqual({ username: "env", password: "wins" });
  expect(await source("old.example")).toEqual({ username: "old", password: "pass:with:colons" });
  expect(await source("docker.io")).toEqual({ username: "hub", password: "hubpass" });
  expect(await source("id.example")).toEqual({ identityToken: "idtoken" });
  expect(await source("direct.example")).toEqual({ registryToken: "registry-token" });
  expect(await source("plain.example")).toEqual({ username: "p", password: "lain-password" });
  for (const none of ["empty.example", "example", "evil-reg.example", "reg.example:5000"]) expect(await source(none)).toBeUndefined();
  expect(await dockerCredentials({ ...nowhere, DOCKER_CONFIG: "/nowhere" })("reg.example")).toBeUndefined();
});

test("podman's auth.json, the run folder's before the user's before Docker's; a key with a path is for that path alone", async () => {
  const folder = temporary();
  const env = { ...nowhere, XDG_RUNTIME_DIR: join(folder, "run"), XDG_CONFIG_HOME: join(folder, "config"), HOME: folder };
  put(join(folder, "run", "containers", "auth.json"), {
    auths: { "reg.example/team/app": auth("app:app-password"), "reg.example/team": auth("team:team-password") },
  });
  put(join(folder, "config", "containers", "auth.json"), { auths: { "reg.example": auth("host:host-password") } });
  put(join(folder, ".docker", "config.json"), {
    auths: { "reg.example": auth("docker:docker-password"), "b.example": auth("b:b-password") },
  });
  put(join(folder, ".dockercfg"), { "c.example": auth("c:from-dockercfg") });
  const source = dockerCredentials(env);
  const userFor = async (registry: string, repository?: string): Promise<string | undefined> => {
    const found = await source(registry, repository);
    return found !== undefined && "username" in found ? found.username : undefined;
  };
  expect(await userFor("reg.example", "team/app")).toBe("app");
  expect(await userFor("reg.example", "team/app/web")).toBe("app");
  expect(await userFor("reg.example", "team/apple")).toBe("team");
  expect(await userFor("reg.example", "other")).toBe("host");
  expect(await userFor("reg.example")).toBe("host");
  expect(await userFor("b.example", "x")).toBe("b");
  expect(await userFor("c.example", "x")).toBe("c");
  const file = put(join(folder, "own.json"), { auths: { "reg.example": auth("own:own-password") } });
  expect(await dockerCredentials({ ...env, REGISTRY_AUTH_FILE: file })("reg.example", "team/app")).toMatchObject({ username: "own" });
});

test("a helper is run without a shell, with the server on stdin; unknown servers are anonymous; its answer is kept for a while", async () => {
  const DOCKER_CONFIG = folderWith({
    credHelpers: { "helped.example": "testing", "broken.example": "testing", "slow.example": "slow", "gone.example": "gone" },
    credsStore: "testing",
    auths: { "file.example": auth("f:ile-password") },
  });
  program(
    DOCKER_CONFIG,
    "docker-credential-testing",
    `read server; echo "$server" >>"${DOCKER_CONFIG}/asked"
case "$1:$server" in
get:helped.example) echo '{"ServerURL":"x","Username":"<token>","Secret":"from-helper"}';;
get:https://index.docker.io/v1/) echo '{"ServerURL":"x","Username":"hub","Secret":"hub-secret"}';;
get:broken.example) echo "boom" >&2; exit 3;;
*) echo "credentials not found in native keychain"; exit 1;;
esac`,
  );
  program(DOCKER_CONFIG, "docker-credential-slow", "exec sleep 60");
  const clock = fakeClock();
  const env = { ...nowhere, DOCKER_CONFIG, PATH: `relative:${DOCKER_CONFIG}` };
  const source = dockerCredentials(env, { clock, helperTimeoutMs: 2000 });
  expect(await source("helped.example")).toEqual({ identityToken: "from-helper" });
  expect(await source("docker.io", "library/alpine")).toEqual({ username: "hub", password: "hub-secret" });
  expect(await source("file.example")).toEqual({ username: "f", password: "ile-password" });
  expect(await source("other.example")).toBeUndefined();
  await expect(source("broken.example")).rejects.toThrow(/could not give the credentials of broken.example: boom/);
  await expect(source("slow.example")).rejects.toMatchObject({ code: "DEADLINE" });
  await expect(source("gone.example")).rejects.toMatchObject({ code: "TOOL_MISSING", hint: expect.stringContaining("config.json") });

  const { readFileSync } = await import("node:fs");
  const times = (): number => readFileSync(join(DOCKER_CONFIG, "asked"), "utf8").split("helped.example").length - 1;
  await source("helped.example");
  expect(times()).toBe(1);
  await clock.sleep(3_600_000);
  await source("helped.example");
  expect(times()).toBe(2);

  for (const suffix of ["../../bin/sh", "x; touch /tmp/pwned", ""])
    await expect(
      dockerCredentials({ ...env, DOCKER_CONFIG: folderWith({ credHelpers: { "x.example": suffix || "$(id)" } }) })("x.example"),
    ).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("ECR and Google's registries without anything configured: what aws and gcloud print, where they are there", async () => {
  const folder = temporary();
  program(folder, "aws", 'test "$*" = "ecr get-login-password --region eu-west-1" && echo ecr-password');
  program(folder, "gcloud", "echo ERROR not logged in >&2; exit 1");
  const source = dockerCredentials({ ...nowhere, PATH: folder });
  expect(await source("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "app")).toEqual({ username: "AWS", password: "ecr-password" });
  expect(await source("europe-docker.pkg.dev", "p/r/app")).toBeUndefined();
  expect(await source("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", "app")).toBeUndefined();
  expect(await dockerCredentials({ ...nowhere, PATH: "/nowhere" })("123456789012.dkr.ecr.eu-west-1.amazonaws.com")).toBeUndefined();
});

test("a configuration that cannot be read is named, its words are not", async () => {
  const DOCKER_CONFIG = folderWith('{"auths":{"x":{"auth":"c2VjcmV0OnNlY3JldA==" oops');
  const error: unknown = await dockerCredentials({ ...nowhere, DOCKER_CONFIG })("x").catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(DOCKER_CONFIG);
  expect(String(error)).not.toContain("c2VjcmV0");
});

test("of HttpHeaders only X-Meta-* are for registries, as the engine does it", () => {
  const DOCKER_CONFIG = folderWith({ HttpHeaders: { "X-Meta-Team": "harbour", Authorization: "Bearer stolen", "X-Meta-Bad": "a\r\nb" } });
  expect(dockerHeaders({ ...nowhere, DOCKER_CONFIG })).toEqual({ "x-meta-team": "harbour" });
});
