import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { clientOf } from "../client-of.fixture.ts";
import { hostRules } from "../hosts/host-rules.ts";
import { scriptedServer } from "../scripted-server.fixture.ts";
import { proxyFor } from "./proxy.ts";

const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-connect-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** An authority of a company's own, a server's certificate for `registry.test` and a client's, all signed by it. */
const authority = (folder: string) => {
  const openssl = (...args: readonly string[]): unknown =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-subj", "/CN=Harbour CA", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem");
  for (const [name, subject, more] of [
    ["server", "/CN=registry.test", "subjectAltName=DNS:registry.test"],
    ["client", "/CN=ann", "extendedKeyUsage=clientAuth"],
  ] as const) {
    openssl("req", ...key, "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), `${more}\n`);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
  }
  return (name: string): string => readFileSync(join(folder, name), "utf8");
};

const listening = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

/** `registry.test` is here, whatever the system says. */
const here: LookupFunction = (_host, options, done) =>
  options.all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

test("a registry with a company's certificate: refused with the way out, taken by certs.d, and told who we are by a client certificate", async () => {
  const folder = temporary();
  const pem = authority(folder);
  const seen: (string | undefined)[] = [];
  const server = https.createServer(
    { key: pem("server.key"), cert: pem("server.pem"), ca: pem("ca.pem"), requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate() as { subject?: { CN?: string } };
      seen.push(subject?.CN);
      response.end("{}");
    },
  );
  const host = `registry.test:${await listening(server)}`;
  onTestFinished(() => server.closeAllConnections());
  const certs = join(folder, "certs.d");
  const reach = (): Promise<void> => clientOf({ lookup: here, certificateFolders: [certs], attempts: 1 }).ping(host);

  await expect(reach()).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE", hint: expect.stringContaining("certs.d") });
  mkdirSync(join(certs, host), { recursive: true });
  writeFileSync(join(certs, host, "ca.crt"), pem("ca.pem"));
  await reach();
  writeFileSync(join(certs, host, "client.cert"), pem("client.pem"));
  await expect(reach()).rejects.toThrow(/client certificate without its key client\.key/);
  writeFileSync(join(certs, host, "client.key"), pem("client.key"));
  await reach();
  expect(seen).toEqual([undefined, "ann"]);
  // Named insecure, its certificate is not looked at.
  const hosts = hostRules({ mirrors: [], insecure: [host] }, []);
  await clientOf({ lookup: here, certificateFolders: [], hosts, attempts: 1 }).ping(host);
  writeFileSync(join(certs, host, "ca.crt"), "no certificate");
  await expect(reach()).rejects.toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("ca.crt is no certificate") });
});

test("a loopback registry is spoken to in TLS where it speaks it, and in plain HTTP where it does not", async () => {
  const folder = temporary();
  const pem = authority(folder);
  const server = https.createServer({ key: pem("server.key"), cert: pem("server.pem") }, (_request, response) => response.end("{}"));
  onTestFinished(() => server.closeAllConnections());
  await clientOf({ attempts: 1 }).ping(`127.0.0.1:${await listening(server)}`);
  await using plain = await scriptedServer((_request, response) => response.end("{}"));
  await clientOf({ attempts: 1 }).ping(plain.host);
});

/** An HTTP proxy as companies have them: CONNECT for TLS, whole addresses for the rest, a password at its door. */
const proxy = async (target: () => number) => {
  const heard: string[] = [];
  const isIn = (request: http.IncomingMessage): boolean =>
    request.headers["proxy-authorization"] === `Basic ${Buffer.from("ann:proxy-password").toString("base64")}`;
  const server = http.createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    if (!isIn(request)) return void response.writeHead(407).end();
    const onward = http.request(
      { host: "127.0.0.1", port: target(), path: new URL(request.url ?? "").pathname, method: request.method },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.on("connect", (request, socket) => {
    heard.push(`CONNECT ${request.url}`);
    if (!isIn(request)) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const onward = net.connect(target(), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  const port = await listening(server);
  onTestFinished(() => server.closeAllConnections());
  return { url: `http://ann:proxy-password@127.0.0.1:${port}`, heard };
};

test("through a company's proxy: TLS by CONNECT, verified end to end; plain HTTP by whole addresses; NO_PROXY goes straight", async () => {
  const folder = temporary();
  const pem = authority(folder);
  const secure = https.createServer({ key: pem("server.key"), cert: pem("server.pem") }, (_request, response) => response.end("{}"));
  const port = await listening(secure);
  onTestFinished(() => secure.closeAllConnections());
  mkdirSync(join(folder, "certs.d", `registry.test:${port}`), { recursive: true });
  writeFileSync(join(folder, "certs.d", `registry.test:${port}`, "ca.crt"), pem("ca.pem"));
  const { url, heard } = await proxy(() => port);
  const options = { certificateFolders: [join(folder, "certs.d")], attempts: 1 };
  await clientOf({ ...options, env: { HTTPS_PROXY: url } }).ping(`registry.test:${port}`);
  expect(heard).toEqual([`CONNECT registry.test:${port}`]);
  await clientOf({ ...options, lookup: here, env: { HTTPS_PROXY: url, NO_PROXY: "registry.test" } }).ping(`registry.test:${port}`);
  expect(heard).toHaveLength(1);

  await using plain = await scriptedServer((_request, response) => response.end("{}"));
  const other = await proxy(() => Number(plain.host.split(":")[1]));
  await clientOf({ plainHttp: ["plain.test:5000"], env: { http_proxy: other.url }, attempts: 1 }).ping("plain.test:5000");
  expect(other.heard).toEqual(["GET http://plain.test:5000/v2/"]);
  const error: unknown = await clientOf({ env: { HTTPS_PROXY: url.replace("proxy-password", "wrong-password") }, attempts: 1 })
    .ping("registry.test")
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  expect(String(error)).not.toContain("wrong-password");
});

test.each([
  ["https://registry.example/v2/", {}, undefined],
  ["https://registry.example/v2/", { HTTPS_PROXY: "proxy:3128" }, "http://proxy:3128/"],
  ["https://registry.example/v2/", { https_proxy: "http://proxy:3128" }, "http://proxy:3128/"],
  ["http://registry.example/v2/", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://127.0.0.1:5000/v2/", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://localhost:5000/v2/", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://registry.example/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "example" }, undefined],
  ["https://registry.example/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "a.b, .example" }, undefined],
  ["https://registry.example/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "ample" }, "http://proxy/"],
  ["https://registry.example/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "registry.example:5000" }, "http://proxy/"],
  ["https://registry.example/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "registry.example:443" }, undefined],
  ["https://10.1.2.3/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "10.0.0.0/8" }, undefined],
  ["https://11.1.2.3/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "10.0.0.0/8" }, "http://proxy/"],
  ["https://[fd00::1]/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "fd00::/8" }, undefined],
  ["https://registry.example/v2/", { HTTPS_PROXY: "http://proxy", NO_PROXY: "*" }, undefined],
])("the proxy for %s with %o", (url, env, expected) => {
  expect(proxyFor(new URL(url), env)).toBe(expected);
});

test("a proxy that is no HTTP proxy is refused by the variable's name", () => {
  expect(() => proxyFor(new URL("https://a.example"), { HTTPS_PROXY: "socks5://ann:secret-word@x" })).toThrow(
    /^HTTPS_PROXY does not name an HTTP proxy/,
  );
});

test("a name that leads inside is not followed, whatever it is called; the same name may be asked for by the user", async () => {
  let inside = 0;
  await using victim = await scriptedServer((_request, response) => {
    inside += 1;
    response.end("{}");
  });
  const port = victim.host.split(":")[1] ?? "";
  const resolve =
    (registry: string): LookupFunction =>
    (host, options, done) => {
      const address = host === "registry.example" ? registry : "127.0.0.1";
      return options.all === true ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
    };
  await using server = await scriptedServer((_request, response) => {
    response.writeHead(307, { location: `http://rebound.example:${port}/` });
    response.end();
  });
  const host = `registry.example:${server.host.split(":")[1]}`;
  const reach = (neighbours: boolean) => clientOf({ lookup: resolve("127.0.0.1"), plainHttp: [host], attempts: 1, neighbours }).ping(host);
  await expect(reach(false)).rejects.toMatchObject({
    code: "REGISTRY_REFUSED",
    message: expect.stringContaining("internal address 127.0.0.1"),
  });
  expect(inside).toBe(0);
  // A registry inside may send to its neighbours.
  await reach(true);
  expect(inside).toBe(1);
});
