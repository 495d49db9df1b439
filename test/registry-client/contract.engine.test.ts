import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf, parseReference } from "../../src/core/index.ts";
import { collect, createRegistryClient, noHostRules } from "../../src/image/index.ts";
import { clientContract } from "./client.contract.ts";
import {
  dockerRegistryProgram,
  htpasswd,
  startDockerRegistry,
  startTokenService,
  type DockerRegistry,
  type TokenService,
} from "./docker-registry.ts";
import { flakyProxy } from "./flaky-proxy.ts";

const found = dockerRegistryProgram();
const why = "missing" in found ? found.missing : "";

describe.skipIf(why !== "")(`Debian's docker-registry${why === "" ? "" : ` (${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-contract-"));
  const ann = async () => ({ username: "ann", password: "harbour-password" });
  const running: Record<"open" | "htpasswd" | "token", DockerRegistry | undefined> = {
    open: undefined,
    htpasswd: undefined,
    token: undefined,
  };
  let tokens: TokenService;
  beforeAll(async () => {
    if ("missing" in found) return;
    tokens = await startTokenService(folder);
    running.open = await startDockerRegistry(found.program);
    running.htpasswd = await startDockerRegistry(found.program, htpasswd(folder));
    running.token = await startDockerRegistry(found.program, tokens.auth);
  });
  afterAll(async () => {
    for (const each of Object.values(running)) await each?.[Symbol.asyncDispose]();
    await tokens?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const host = (kind: keyof typeof running): string => running[kind]?.host ?? "";

  clientContract("open", () => ({ host: host("open") }));
  clientContract("with passwords", () => ({ host: host("htpasswd"), credentials: ann }));
  clientContract("with a token service", () => ({ host: host("token"), credentials: ann }));

  test("a line that breaks: the pull goes on where it broke; the push, of which this registry forgets what it had, is begun anew", async () => {
    const client = createRegistryClient({ hosts: noHostRules, env: {}, credentials: async () => undefined });
    const bytes = randomBytes(30 * 1024 * 1024);
    const at = (where: string) => parseReference(`${where}/contract/flaky`);
    await using up = await flakyProxy(host("open"), { up: 20 * 1024 * 1024, times: 1 });
    const { digest } = await client.pushBlob(at(up.host), bytes);
    expect(up.cuts.count).toBe(1);
    await using down = await flakyProxy(host("open"), { down: 8 * 1024 * 1024 });
    expect(digestOf(await collect(client.blob(at(down.host), digest, bytes.length), bytes.length, "blob"))).toBe(digest);
    expect(down.cuts.count).toBe(3);
    expect(down.passed.down).toBeLessThan(bytes.length + 64 * 1024);
    client.close();
  });

  test("mounting asked for both repositories at once, and wrong credentials are said to be wrong with the next step", async () => {
    expect(tokens.asked.some((scopes) => /^repository:\S+:pull,push repository:\S+:pull$/.test(scopes))).toBe(true);
    for (const kind of ["htpasswd", "token"] as const) {
      const options = { hosts: noHostRules, env: {}, credentials: async () => ({ username: "ann", password: "wrong-password" }) };
      const client = createRegistryClient(options);
      const error: unknown = await client.manifest(parseReference(`${host(kind)}/contract/app:1`)).catch((thrown: unknown) => thrown);
      client.close();
      expect(error).toMatchObject({ code: "REGISTRY_REFUSED", hint: expect.stringContaining(`docker login ${host(kind)}`) });
      expect(String(error)).not.toContain("wrong-password");
    }
  });
});
