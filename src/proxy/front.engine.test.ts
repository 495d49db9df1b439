import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC } from "../core/index.ts";
import type { Server } from "./backend.ts";
import { hasIpv6 } from "./haproxy/listeners.ts";
import type { Front } from "./front.ts";
import type { Proxy } from "./proxy.ts";
import { startClients } from "./test-data/app.ts";
import { makeCertificate } from "../../test/support/make-certificate.ts";
import { askTls, type Echo, handshake, startEcho, startH2c, startH2Load } from "../../test/support/load/http2.ts";
import { freePort, type HaproxyHost, startHaproxyHost } from "./test-data/haproxy-process.ts";

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const CHECK = { path: "/readyz", host: "web.example" };

const echo = async (start: (version: string) => Promise<Echo>, version: string): Promise<Echo> => {
  const one = await start(version);
  stack.defer(() => one.close());
  return one;
};

const checked = async (proxy: Proxy, server: string): Promise<void> => {
  for (let tries = 0; tries < 500; tries += 1, await sleep(20))
    if ((await proxy.servers("shop.web"))?.find(({ name }) => name === server)?.checkStatus.startsWith("L7OK") === true) return;
  throw new Error(`${server} was never seen to answer`);
};

const add = async (proxy: Proxy, name: string, { port }: Echo, protocol?: Server["protocol"]): Promise<void> => {
  const server = { name, address: "127.0.0.1", port, weight: NO_TRAFFIC, ...(protocol === undefined ? {} : { protocol }) };
  await proxy.updateServers("shop.web", (servers) => [...servers, server]);
  await checked(proxy, name);
  await proxy.updateServers("shop.web", (servers) =>
    servers.map((one) => ({ ...one, weight: one.name === name ? FULL_TRAFFIC : NO_TRAFFIC })),
  );
};

const leave = async (proxy: Proxy, name: string, app: Echo): Promise<void> => {
  for (let tries = 0; tries < 1000; tries += 1, await sleep(20)) {
    const { requests, oldWorkers } = await proxy.load("shop.web", name);
    if (requests === 0 && oldWorkers === 0) break;
  }
  await proxy.updateServers("shop.web", (servers) => servers.filter((one) => one.name !== name));
  await app.close();
};

interface Serving {
  readonly host: HaproxyHost;
  readonly proxy: Proxy;
  readonly tls: number;
  readonly app: Echo;
  readonly declare: (front?: Front, hosts?: readonly string[]) => Promise<void>;
}

const serving = async ({
  start = startEcho,
  protocol,
}: { readonly start?: typeof startEcho; readonly protocol?: "h2c" } = {}): Promise<Serving> => {
  const host = await startHaproxyHost();
  stack.use(host);
  const proxy = host.proxy();
  const tls = await freePort();
  const declare = (front?: Front, hosts: readonly string[] = ["web.example"]): Promise<void> =>
    proxy.declare({ name: "shop.web", hosts, check: CHECK, ...(front === undefined ? {} : { front }) });
  await proxy.ensureRunning();
  await declare({ tls: { port: tls, redirect: true } });
  const app = await echo(start, "v1");
  await add(proxy, "r1-1", app, protocol);
  return { host, proxy, tls, app, declare };
};

const plain = (port: number, path: string, headers: Readonly<Record<string, string>>, address = "127.0.0.1") =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    get({ host: address, port, path, agent: false, headers: { host: "web.example", ...headers } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on("error", reject);
  });

test("certificates by name, with HTTP/2 offered, TLS 1.2 at least, and what comes without TLS sent there", async () => {
  const { host, proxy, tls, declare } = await serving();
  const web = makeCertificate(host.state.folder, "web", { names: ["web.example"] });
  const more = makeCertificate(host.state.folder, "more", { names: ["*.more.example"], rsaBits: 2048 });
  await expect(handshake(tls, "web.example"), "there is no certificate yet").rejects.toThrow();
  await proxy.certificates.install("shop", [web]);
  expect(await handshake(tls, "web.example", { alpn: ["h2", "http/1.1"] })).toMatchObject({
    names: "DNS:web.example",
    alpn: "h2",
    protocol: "TLSv1.3",
  });
  expect(await handshake(tls, "web.example", { alpn: ["http/1.1"], maxVersion: "TLSv1.2" })).toMatchObject({
    alpn: "http/1.1",
    protocol: "TLSv1.2",
  });
  await expect(handshake(tls, "web.example", { maxVersion: "TLSv1.1" })).rejects.toThrow();
  await expect(handshake(tls, "stranger.example"), "nobody else's certificate is shown").rejects.toThrow();
  const [worker] = (await proxy.processes()).workers;
  await proxy.certificates.install("shop", [web, more]);
  expect((await handshake(tls, "a.more.example")).names).toBe("DNS:*.more.example");
  expect((await handshake(tls, "web.example")).names).toBe("DNS:web.example");
  expect((await proxy.processes()).workers, "no reload").toEqual([worker]);

  const sent = await plain(host.httpPort, "/buy?a=1&b=%20", { host: `WEB.example:${host.httpPort}` });
  expect([sent.status, sent.headers["location"]]).toEqual([308, `https://web.example:${tls}/buy?a=1&b=%20`]);
  expect(sent.headers["strict-transport-security"]).toBeUndefined();
  const answer = await askTls(tls, "web.example", "/x");
  expect(JSON.parse(answer.body)).toMatchObject({ url: "/x", headers: { "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" } });

  await declare({ tls: { port: tls, redirect: true } }, ["web.example", "shop.more.example", "plain.example"]);
  expect((await plain(host.httpPort, "/", { host: "shop.more.example" })).status).toBe(308);
  expect((await plain(host.httpPort, "/", { host: "plain.example" })).status, "it has no certificate").toBe(200);
  await declare({ tls: { port: tls, redirect: false } });
  expect((await plain(host.httpPort, "/", {})).status).toBe(200);
  await declare({ tls: { port: tls, redirect: true } }, ["*"]);
  const below = await plain(host.httpPort, "/", { host: "b.more.example" });
  expect([below.status, below.headers["location"]]).toEqual([308, `https://b.more.example:${tls}/`]);
  expect((await plain(host.httpPort, "/", { host: "c.b.more.example" })).status).toBe(200);

  await proxy.certificates.keepOnly("shop", [web]);
  await expect(handshake(tls, "a.more.example"), "it was let go of").rejects.toThrow();
  expect((await handshake(tls, "web.example")).names).toBe("DNS:web.example");
});

test("a renewed certificate is served from the next handshake on: nothing is reloaded, no connection ends, a restart has it too", async () => {
  const { host, proxy, tls, declare } = await serving();
  await declare({ tls: { port: tls, redirect: false } });
  const files = makeCertificate(host.state.folder, "web", { names: ["web.example"], days: 3 });
  await proxy.certificates.install("shop", [files]);
  expect(proxy.certificates.list()).toMatchObject([{ names: ["web.example"], state: "good" }]);
  const first = await handshake(tls, "web.example");
  const [worker] = (await proxy.processes()).workers;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  stack.defer(() => agent.destroy());
  const kept = () =>
    new Promise<string>((resolve, reject) => {
      const outgoing = httpsRequest(
        { host: "127.0.0.1", port: tls, servername: "web.example", agent, rejectUnauthorized: false, headers: { host: "web.example" } },
        (response) => {
          response.resume().on("end", () => resolve(`${response.statusCode} ${outgoing.reusedSocket ? "kept" : "new"}`));
        },
      );
      outgoing.on("error", reject).end();
    });
  expect(await kept()).toBe("200 new");
  const load = startClients(host.httpPort, 8);

  expect(await proxy.certificates.renew()).toMatchObject([{ outcome: "same" }]);
  makeCertificate(host.state.folder, "web", { names: ["web.example"] });
  expect(await proxy.certificates.renew({ dryRun: true })).toMatchObject([{ outcome: "renewed" }]);
  expect((await handshake(tls, "web.example")).serial, "nothing was done yet").toBe(first.serial);
  expect(await proxy.certificates.renew()).toMatchObject([{ outcome: "renewed", state: "good" }]);
  const second = await handshake(tls, "web.example");
  expect(second.serial).not.toBe(first.serial);
  expect(await kept()).toBe("200 kept");

  const good = readFileSync(files.key);
  makeCertificate(host.state.folder, "web", { names: ["other.example"] });
  expect(await proxy.certificates.renew()).toMatchObject([
    { outcome: "refused", because: expect.stringContaining("is no longer one for web.example, but for other.example") },
  ]);
  writeFileSync(files.key, good);
  expect(await proxy.certificates.renew()).toMatchObject([
    { outcome: "refused", because: expect.stringContaining("is not that of the certificate") },
  ]);
  await expect(proxy.certificates.install("shop", [files])).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect((await handshake(tls, "web.example")).serial).toBe(second.serial);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect((await proxy.processes()).workers, "no reload").toEqual([worker]);

  const pems = join(host.inside.configFolder, "certificates");
  for (const name of readdirSync(pems)) expect(statSync(join(pems, name)).mode & 0o777).toBe(0o600);
  await host.crash();
  for (let tries = 0; tries < 100; tries += 1, await sleep(50))
    if (
      await handshake(tls, "web.example").then(
        () => true,
        () => false,
      )
    )
      break;
  expect((await handshake(tls, "web.example")).serial).toBe(second.serial);
  expect(await proxy.drift()).toEqual([]);
});

test("a pair that cannot be read any more takes no other down", async () => {
  const { host, proxy, tls } = await serving();
  const [web, blog] = ["web", "blog"].map((name) => makeCertificate(host.state.folder, name, { names: [`${name}.example`] }));
  if (web === undefined || blog === undefined) throw new Error("no certificates");
  await proxy.certificates.install("shop", [web, blog]);
  const pems = join(host.inside.configFolder, "certificates");
  const bad =
    readdirSync(pems).find((name) => readFileSync(join(pems, name), "utf8").includes(readFileSync(blog.certificate, "utf8").trim())) ?? "";
  writeFileSync(join(pems, bad), "lost");
  expect(proxy.broken()).toEqual([expect.stringContaining("has no certificate in PEM form")]);
  await host.proxy().declare({ name: "shop.api", hosts: ["api.example"], check: CHECK });
  await host.crash();
  for (let tries = 0; tries < 100; tries += 1, await sleep(50))
    if (
      await handshake(tls, "web.example").then(
        () => true,
        () => false,
      )
    )
      break;
  expect((await handshake(tls, "web.example")).names).toBe("DNS:web.example");
  await proxy.certificates.install("shop", [web, blog]);
  expect([(await handshake(tls, "blog.example")).names, proxy.broken()]).toEqual(["DNS:blog.example", []]);
});

test("headers are added where the application has none, taken away where asked, and what traces a request passes", async () => {
  const { host, proxy, tls, declare } = await serving();
  await proxy.certificates.install("shop", [makeCertificate(host.state.folder, "web", { names: ["web.example"] })]);
  const headers = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": `default-src 'self'; report-to "100%"`,
    "Strict-Transport-Security": "max-age=60",
  };
  await declare({ tls: { port: tls, redirect: false }, headers, hide: ["Server", "X-Powered-By"] });
  const secured = await askTls(tls, "web.example", "/?set=server:mine&set=x-powered-by:coffee");
  expect(secured.headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "content-security-policy": `default-src 'self'; report-to "100%"`,
    "strict-transport-security": "max-age=60",
  });
  expect([secured.headers["server"], secured.headers["x-powered-by"]]).toEqual([undefined, undefined]);
  const own = await plain(host.httpPort, "/?set=x-content-type-options:own&set=content-security-policy:own", {});
  expect(own.headers).toMatchObject({ "x-content-type-options": "own", "content-security-policy": "own" });
  expect(own.headers["strict-transport-security"], "only over TLS").toBeUndefined();

  const seen = async (given: Readonly<Record<string, string>>) =>
    JSON.parse((await plain(host.httpPort, "/", given)).body).headers as Record<string, string>;
  const trace = {
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    tracestate: "a=1,b=2",
    baggage: "user=ann%20lee, tier=gold;p=1",
  };
  expect(await seen(trace)).toMatchObject(trace);
  expect((await seen({}))["x-request-id"]).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect((await seen({ "x-request-id": "job-17:a/b+c=" }))["x-request-id"]).toBe("job-17:a/b+c=");
  for (const bad of ["two words", "a".repeat(129), "semi;colon", '"quoted"', "-begins-badly"])
    expect((await seen({ "x-request-id": bad }))["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  await proxy.updateServers("shop.web", () => []);
  await plain(host.httpPort, "/", { "x-request-id": "to-be-found-again" });
  for (let tries = 0; tries < 250 && !host.log.some((line) => line.includes("to-be-found")); tries += 1) await sleep(20);
  expect(host.log.find((line) => line.includes("to-be-found"))).toMatch(/^\{.*"id":"to-be-found-again".*"status":503,/);
});

test.skipIf(!hasIpv6())("clients of both families reach the service, each under its own form of address", async () => {
  const { host } = await serving();
  const six = await plain(host.httpPort, "/", {}, "::1");
  expect(JSON.parse(six.body).headers["x-forwarded-for"]).toBe("::1");
  expect(JSON.parse((await plain(host.httpPort, "/", {})).body).headers["x-forwarded-for"]).toBe("127.0.0.1");
});

test("HTTP/2: a hundred streams at a time over one connection, through three replacements and a reload, and none is lost", async () => {
  const { host, proxy, tls, app, declare } = await serving();
  await proxy.certificates.install("shop", [makeCertificate(host.state.folder, "web", { names: ["web.example"] })]);
  const load = startH2Load(`https://127.0.0.1:${tls}`, "web.example", "/order", 100, (body) => body.includes('"method":"POST"'));
  let old: readonly [string, Echo] = ["r1-1", app];
  for (const number of [2, 3, 4]) {
    const next = [`r${number}-1`, await echo(startEcho, `v${number}`)] as const;
    await add(proxy, ...next);
    await leave(proxy, ...old);
    old = next;
  }
  expect([load.failures, load.connections()]).toEqual([[], 1]);
  await declare({ tls: { port: tls, redirect: true } }, ["web.example", "new.example"]);
  await sleep(500);
  const next = await echo(startEcho, "v5");
  await add(proxy, "r5-1", next);
  await leave(proxy, ...old);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.connections(), "HAProxy said GOAWAY, once").toBe(2);
  expect(load.streams()).toBeGreaterThan(1000);
});

test("gRPC-like streams with trailers, HTTP/2 on both sides, over three replacements", async () => {
  const { proxy, host, tls, app } = await serving({ start: startH2c, protocol: "h2c" });
  await proxy.certificates.install("shop", [makeCertificate(host.state.folder, "web", { names: ["web.example"] })]);
  const whole = (body: string, trailers: Readonly<Record<string, unknown>>): boolean =>
    body === "piece;".repeat(25) && trailers["grpc-status"] === "0";
  const secured = startH2Load(`https://127.0.0.1:${tls}`, "web.example", "/stream=25", 30, whole);
  let old: readonly [string, Echo] = ["r1-1", app];
  for (const number of [2, 3, 4]) {
    const next = [`r${number}-1`, await echo(startH2c, `v${number}`)] as const;
    await add(proxy, ...next, "h2c");
    await leave(proxy, ...old);
    old = next;
  }
  await secured.stop();
  expect(secured.failures).toEqual([]);
  expect([...secured.versions].toSorted()).toEqual(["v1", "v2", "v3", "v4"]);
  expect(secured.connections()).toBe(1);
});

test("a service that goes over to HTTP/2 in clear text, and a client that speaks it without TLS", async () => {
  const { host, proxy, tls, app, declare } = await serving();
  await declare({ tls: { port: tls, redirect: false } });
  const load = startClients(host.httpPort, 8);
  await add(proxy, "r2-1", await echo(startH2c, "v2"), "h2c");
  await leave(proxy, "r1-1", app);
  await load.stop();
  expect(load.failures).toEqual([]);
  const clear = startH2Load(`http://127.0.0.1:${host.httpPort}`, "web.example", "/stream=3", 10, (body) => body === "piece;piece;piece;");
  await sleep(300);
  await clear.stop();
  expect(clear.failures).toEqual([]);
  expect(clear.streams()).toBeGreaterThan(20);
});
