import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { exec, fakeClock, parseReference, systemClock } from "../core/index.ts";
import { createRegistryClient } from "../image/index.ts";
import { openAdministration, startRegistry } from "../registry/index.ts";
import { attest, generateKeyPair, readPrivateKey, registryStore } from "../trust/index.ts";
import { tinyImage } from "../../test/support/tiny-image.ts";
import { admissionBy } from "./registry-admission.ts";

const DAY_MS = 86_400_000;

test("docker and skopeo are told why an image without a scan is not given, and get it once there is one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-scan-admission-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pair = generateKeyPair("");
  writeFileSync(join(folder, "cosign.pub"), pair.publicPem);
  writeFileSync(join(folder, "cosign.key"), pair.privatePem);
  const data = join(folder, "data");
  const rights = (...actions: readonly ("pull" | "push")[]) => [{ pattern: "shop/**", actions }];
  let secrets = { pusher: "", puller: "" };
  {
    using users = openAdministration(data, { clock: fakeClock(), who: "test", dryRun: false, warn: () => undefined }, true);
    secrets = {
      pusher: users.addRobot("pusher", rights("pull", "push"), undefined).secret,
      puller: users.addRobot("puller", rights("pull"), undefined).secret,
    };
  }
  let later = 0;
  // A refusal is looked at again after some seconds.
  const clock = { ...systemClock, now: () => systemClock.now() + later };
  const admit = admissionBy({
    keyPaths: [],
    scanned: { keyPaths: [join(folder, "cosign.pub")], within: "7d", withinMs: 7 * DAY_MS },
    tags: [],
    clock,
  });
  const registry = await startRegistry({
    dataFolder: data,
    listen: { host: "127.0.0.1", port: 0 },
    open: false,
    log: () => undefined,
    admit,
  });
  onTestFinished(() => registry.close());
  const name = `${registry.address}/shop/tiny`;
  const env = { ...process.env, DOCKER_CONFIG: join(folder, "docker") };
  const run = (program: string, args: readonly string[], stdin?: string) =>
    exec(program, args, { timeoutMs: 60_000, env, ...(stdin === undefined ? {} : { input: stdin }) });
  const tiny = await tinyImage();
  const skopeo = (who: "pusher" | "puller", ...args: readonly string[]) =>
    run("skopeo", ["copy", "-q", ...args.map((one) => one.replace("CREDS", `${who}:${secrets[who]}`))]);
  const pushed = await skopeo("pusher", "--dest-tls-verify=false", "--dest-creds=CREDS", `docker-daemon:${tiny}`, `docker://${name}:1`);
  expect(pushed.exitCode, pushed.stderr).toBe(0);

  const pull = () => skopeo("puller", "--src-tls-verify=false", "--src-creds=CREDS", `docker://${name}:1`, `dir:${join(folder, "pulled")}`);
  const refused = await pull();
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("has no scan of the last 7d");
  const login = await run("docker", ["login", "-u", "puller", "--password-stdin", registry.address], secrets.puller);
  expect(login.exitCode, login.stderr).toBe(0);
  const byDocker = await run("docker", ["pull", "-q", `${name}:1`]);
  expect([byDocker.exitCode === 0, byDocker.stderr]).toEqual([false, expect.stringContaining("has no scan of the last 7d")]);

  const client = createRegistryClient({ credentials: async () => ({ username: "pusher", password: secrets.pusher }) });
  onTestFinished(() => client.close());
  const image = parseReference(`${name}:1`);
  const { digest } = await client.resolve(image);
  const predicate = { scanner: { uri: "test" }, metadata: { scanFinishedOn: new Date().toISOString() } };
  const claim = { predicateType: "https://cosign.sigstore.dev/attestation/vuln/v1", predicate };
  await attest(registryStore(client), image, digest, claim, await readPrivateKey(join(folder, "cosign.key"), async () => ""));
  later = 6000;
  const given = await pull();
  expect(given.exitCode, given.stderr).toBe(0);
  onTestFinished(async () => void (await run("docker", ["rmi", `${name}:1`])));
  const docked = await run("docker", ["pull", "-q", `${name}:1`]);
  expect(docked.exitCode, docked.stderr).toBe(0);
  later = 8 * DAY_MS;
  expect((await pull()).stderr).toContain("has no scan of the last 7d");
});
