import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasIpv6 } from "../../src/proxy/haproxy/listeners.ts";
import { makeCertificate } from "../support/make-certificate.ts";
import { askTls, handshake, startH2Load } from "../support/load/http2.ts";
import { freePort, type Installation } from "../support/e2e/installation.ts";
import { newestRelease } from "../support/e2e/journal.ts";
import { portsBeyondLoopback } from "../support/e2e/listening.ts";
import { commitVersion, createShop } from "../support/e2e/shop.ts";
import { pictureOf } from "../support/e2e/whole.ts";

let shop: Installation;
let httpsPort: number;
let folder: string;
/** Everything that any call said. */
let heard = "";
const HOST = "swe2e.localhost";
/** Every private key there has been, a line of each. */
const keys: string[] = [];

const noteKey = (): void => {
  keys.push(readFileSync(join(folder, "web.key"), "utf8").split("\n")[1] ?? "none");
};

/** A new pair in the place of the old one, as an ACME client leaves it. */
const renewed = (names: readonly string[] = [HOST, `preview.${HOST}`]): void => {
  makeCertificate(folder, "web", { names });
  noteKey();
};

const address = (): string => new URL(shop.url).hostname;

const call = async (args: readonly string[], exit = 0): Promise<string> => {
  const result = await shop.seaworthy(args);
  heard += result.said;
  expect(result.exit, result.said).toBe(exit);
  return result.said;
};

const shown = () => handshake(httpsPort, HOST, { address: address(), alpn: ["h2", "http/1.1"] });

/** Ports that the call, and what it starts, listened on beyond loopback at any moment. */
let duringShip: readonly number[] = [];

beforeAll(async () => {
  httpsPort = await freePort();
  shop = await createShop({
    prepare: (project) => {
      folder = join(project, "..", "tls");
      mkdirSync(folder);
      renewed();
      const compose = join(project, "compose.yaml");
      const text = readFileSync(compose, "utf8")
        .replace('http: "${E2E_HTTP_PORT}"', `http: "\${E2E_HTTP_PORT}", https: ${httpsPort}`)
        .replace(
          "live: /healthz }",
          "live: /healthz, tls: { certificate: ../tls/web.crt, key: ../tls/web.key }, headers: { X-Frame-Options: DENY } }",
        );
      writeFileSync(compose, text);
    },
  });
  const ship = shop.call(["ship"]);
  const seen = new Set<number>();
  const looking = new AbortController();
  const look = (async () => {
    for (; !looking.signal.aborted; await sleep(100)) for (const port of portsBeyondLoopback(ship.child.pid ?? 0)) seen.add(port);
  })();
  const shipped = await ship.ended;
  looking.abort();
  await look;
  duringShip = [...seen];
  heard += shipped.said;
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

test("HTTPS with HTTP/2 beside HTTP, which leads there; headers come from the proxy", async () => {
  expect(await shown()).toMatchObject({ alpn: "h2", protocol: "TLSv1.3", names: expect.stringContaining(`DNS:${HOST}`) });
  const answer = await askTls(httpsPort, HOST, "/whoami", address());
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "strict-origin-when-cross-origin",
      "strict-transport-security": "max-age=15552000",
    },
  });
  const plain = await new Promise<{ status: number | undefined; to: string | undefined }>((resolve, reject) => {
    request({ host: address(), port: shop.httpPort, path: "/orders?x=1", method: "POST", headers: { host: HOST } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, to: response.headers.location });
    })
      .on("error", reject)
      .end();
  });
  expect(plain).toEqual({ status: 308, to: `https://${HOST}:${httpsPort}/orders?x=1` });
  expect(await shop.json(["certificates"])).toMatchObject({ certificates: [{ project: shop.project, state: "good" }] });
  expect(await shop.json(["status"])).toMatchObject({ drift: [], certificates: [{ state: "good" }] });
});

test("an HTTP/2 client with a hundred streams over one connection through two releases: nothing is lost, and the connection stays", async () => {
  const load = startH2Load(`https://${address()}:${httpsPort}`, HOST, "/upload", 100, (body) => body.includes('"bytes":8'));
  for (const version of ["2.0.0", "3.0.0"]) {
    await commitVersion(shop, { version });
    await call(["ship"]);
  }
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.connections()).toBe(1);
  expect(load.streams()).toBeGreaterThan(1000);
  expect([...load.versions].toSorted()).toEqual(["1.0.0", "2.0.0", "3.0.0"]);
});

test("a renewed pair is served after a deploy, after `certificates --renew`, and by the agent; containers stay", async () => {
  const before = await pictureOf(shop);
  const first = await shown();
  renewed();
  expect(await call(["certificates", "--renew", "--dry-run"])).toContain("would be renewed");
  expect((await shown()).serial).toBe(first.serial);
  expect(await call(["certificates", "--renew"])).toMatch(/swe2e\.localhost.*renewed/);
  const second = await shown();
  expect(second.serial).not.toBe(first.serial);
  renewed();
  const agent = shop.call(["agent"]);
  for (let tries = 0; tries < 600 && (await shown()).serial === second.serial; tries += 1) await sleep(50);
  const third = await shown();
  expect(third.serial).not.toBe(second.serial);
  agent.child.kill("SIGTERM");
  heard += (await agent.ended).said;
  expect(heard).toContain("was renewed and is served");
  expect(await pictureOf(shop)).toEqual(before);
  renewed();
  await call(["deploy"]);
  expect((await shown()).serial).not.toBe(third.serial);
});

test("a pair that cannot serve is refused at its place before anything changes", async () => {
  const [before, first] = [await pictureOf(shop), await shown()];
  const good = ["crt", "key"].map((end) => [join(folder, `web.${end}`), readFileSync(join(folder, `web.${end}`), "utf8")] as const);
  renewed(["stranger.example"]);
  expect(await call(["deploy"], 2)).toMatch(/compose\.yaml:\d+:\d+.*is one for stranger\.example, and not for swe2e\.localhost/);
  expect(await call(["certificates", "--renew"], 1)).toContain(`is no longer one for ${HOST}`);
  writeFileSync(join(folder, "web.key"), good[1]?.[1] ?? "");
  expect(await call(["deploy", "--dry-run"], 2)).toMatch(/the key in \S+web\.key is not that of the certificate in \S+web\.crt/);
  for (const [path, text] of good) writeFileSync(path, text);
  expect(await pictureOf(shop)).toEqual(before);
  expect((await shown()).serial).toBe(first.serial);
});

test.skipIf(!hasIpv6() || process.env["SEAWORTHY_E2E_ENGINE"] === "own")("IPv6 clients reach it under their own address", async () => {
  const { status, body } = await askTls(httpsPort, HOST, "/whoami", "::1");
  expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ forwardedFor: "::1" })]);
});

test("only the proxy is published beyond loopback", async () => {
  expect(duringShip, "what the call itself listened on").toEqual([]);
  const pid = Number(await shop.docker.run(["inspect", "-f", "{{.State.Pid}}", "seaworthy-proxy"]));
  expect(portsBeyondLoopback(pid)).toEqual([shop.httpPort, httpsPort].toSorted((a, b) => a - b));
  const names = await shop.docker.lines(["ps", "-q", "--filter", `label=dev.seaworthy.project=${shop.project}`]);
  expect(names).toHaveLength(2);
  for (const name of names) expect(await shop.docker.run(["inspect", "-f", "{{len .HostConfig.PortBindings}}", name])).toBe("0");
});

test("no private key is anywhere but in the proxy's own files, which only their owner reads", async () => {
  const { scratch, docker, project } = shop;
  expect(new Set(keys).size).toBeGreaterThan(4);
  const leaks = (text: string): boolean => keys.some((key) => text.includes(key));
  const files = readdirSync(scratch.state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = files
    .filter(({ parentPath, name }) => leaks(readFileSync(join(parentPath, name), "latin1")))
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(found).toEqual([expect.stringMatching(new RegExp(`proxy/config/certificates/${project}\\.[0-9a-f]{16}\\.pem$`))]);
  expect(leaks(heard)).toBe(false);
  const log = await docker.attempt(["logs", "seaworthy-proxy"]);
  expect(leaks(log.stdout + log.stderr)).toBe(false);
  expect(leaks(await docker.run(["inspect", "seaworthy-proxy"]))).toBe(false);
  expect(await shop.json(["status"])).toMatchObject({ live: { release: newestRelease(scratch.state), version: "3.0.0" }, drift: [] });
});
