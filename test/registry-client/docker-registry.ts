import { execFileSync, spawn } from "node:child_process";
import { createPrivateKey, randomUUID, sign, X509Certificate } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import net, { type AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const CACHE = join(homedir(), ".cache", "seaworthy-bench");

/** Debian's docker-registry, fetched once through apt and unpacked without being installed; why not, where it cannot be had. */
export const dockerRegistryProgram = (): { readonly program: string } | { readonly missing: string } => {
  const program = join(CACHE, "docker-registry");
  if (existsSync(program)) return { program };
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-docker-registry-"));
  try {
    execFileSync("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", "docker-registry"], {
      cwd: folder,
      stdio: "pipe",
      timeout: 60_000,
    });
    const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (archive === undefined) return { missing: "apt-get download docker-registry left no package" };
    execFileSync("dpkg-deb", ["-x", archive, "unpacked"], { cwd: folder });
    mkdirSync(CACHE, { recursive: true });
    copyFileSync(join(folder, "unpacked", "usr", "bin", "docker-registry"), program);
    return { program };
  } catch (error) {
    return {
      missing: `Debian's docker-registry cannot be had here: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : ""}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export interface DockerRegistry extends AsyncDisposable {
  readonly host: string;
}

const freePort = async (): Promise<number> => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Starts it with `auth`, a piece of its configuration in YAML, indented by nothing. */
export const startDockerRegistry = async (program: string, auth = ""): Promise<DockerRegistry> => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-docker-registry-"));
  const host = `127.0.0.1:${await freePort()}`;
  const file = join(folder, "config.yml");
  const storage = `storage: {filesystem: {rootdirectory: ${join(folder, "data")}}, delete: {enabled: true}}`;
  writeFileSync(file, `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n${storage}\nhttp: {addr: "${host}"}\n${auth}\n`);
  const child = spawn(program, ["serve", file], { stdio: "ignore", env: { OTEL_TRACES_EXPORTER: "none" } });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`http://${host}/v2/`).catch(() => undefined)) !== undefined) return { host, [Symbol.asyncDispose]: stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`docker-registry does not answer at ${host}`);
};

/** `ann` with the password `harbour-password` (bcrypt, cost 4). */
export const htpasswd = (folder: string): string => {
  const file = join(folder, "htpasswd");
  writeFileSync(file, "ann:$2b$04$d34e2eJIoiZfpSUXRJbDr.qzBVZh76IjT1VP.QVXXIkmijtgSLNkm\n");
  return `auth: {htpasswd: {realm: harbour, path: ${file}}}`;
};

export interface TokenService extends AsyncDisposable {
  /** Its part of the registry's configuration. */
  readonly auth: string;
  /** The scopes that were asked for, one line a request. */
  readonly asked: readonly string[];
}

/** A token service as distribution's specification has it: RS256, the certificate in x5c; whoever shows ann's password gets what was asked for. */
export const startTokenService = async (folder: string): Promise<TokenService> => {
  const [key, certificate] = [join(folder, "token.key"), join(folder, "token.crt")];
  const made = ["-subj", "/CN=token service", "-days", "30", "-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...made], { stdio: "pipe" });
  const privateKey = createPrivateKey(readFileSync(key));
  const x5c = [new X509Certificate(readFileSync(certificate)).raw.toString("base64")];
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    if (request.headers.authorization !== `Basic ${Buffer.from("ann:harbour-password").toString("base64")}`)
      return void response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}');
    const scopes = url.searchParams.getAll("scope");
    asked.push(scopes.join(" "));
    const access = scopes.map((scope) => {
      const [type = "", ...rest] = scope.split(":");
      return { type, name: rest.slice(0, -1).join(":"), actions: (rest.at(-1) ?? "").split(",") };
    });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: "seaworthy-test",
      sub: "ann",
      aud: "harbour",
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access,
    };
    const unsigned = `${encode({ alg: "RS256", typ: "JWT", x5c })}.${encode(claims)}`;
    const token = `${unsigned}.${sign("RSA-SHA256", Buffer.from(unsigned), privateKey).toString("base64url")}`;
    return void response.end(JSON.stringify({ token, expires_in: 300 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  return {
    auth: `auth: {token: {realm: "${realm}", service: harbour, issuer: seaworthy-test, rootcertbundle: ${certificate}}}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
