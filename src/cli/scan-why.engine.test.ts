import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec, lastWords } from "../core/index.ts";
import { tinyImage } from "../../test/support/tiny-image.ts";

const BASE = `swt-why-base-${process.pid}:1`;
const APP = `swt-why-app-${process.pid}:1`;
const MAIN = join(import.meta.dirname, "main.ts");
const TOKEN = "npm_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4hJ6";
let folder = "";

const run = (program: string, args: readonly string[], cwd = folder) =>
  exec(program, args, {
    timeoutMs: 120_000,
    cwd,
    env: { ...process.env, DOCKER_BUILDKIT: "1", XDG_CACHE_HOME: join(folder, "cache"), XDG_CONFIG_HOME: join(folder, "config") },
  });
const done = async (program: string, args: readonly string[]): Promise<void> => {
  const result = await run(program, args);
  if (result.exitCode !== 0) throw new Error(`${program} ${args[0]} failed (${result.exitCode}): ${lastWords(result)}`);
};
interface Scanned {
  readonly base?: { readonly name?: string; readonly by: string; readonly fromBase: number; readonly own: number };
  readonly gate: { readonly refused: number };
  readonly vulnerabilities: readonly { readonly id: string; readonly origin?: string }[];
  readonly secrets: readonly {
    readonly id: string;
    readonly path: string;
    readonly line?: number;
    readonly layerNumber?: number;
    readonly deletedInLayer?: number;
  }[];
}

interface Explained {
  readonly base?: { readonly name?: string; readonly by: string };
  readonly packages: readonly {
    readonly purl: string;
    readonly origin?: string;
    readonly dockerfile?: { readonly file: string; readonly line: number };
    readonly askedBy: readonly { readonly purl: string }[];
    readonly fixed?: string;
    readonly changes: readonly { readonly kind: string; readonly command?: string; readonly at?: { readonly line: number } }[];
  }[];
}

interface Told {
  readonly exit: number;
  readonly document: Omit<Scanned, "base"> & Explained & { readonly base?: Partial<Scanned["base"]>; readonly code?: string };
}

const json = async (args: readonly string[], cwd?: string): Promise<Told> => {
  const { exitCode, stdout } = await run(process.execPath, [MAIN, ...args, "--json"], cwd);
  return { exit: exitCode ?? -1, document: JSON.parse(stdout) as Told["document"] };
};
const write = (files: Readonly<Record<string, string>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
};

const deb = (name: string, version: string, rest = ""): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${rest}`;
const SSL = deb("libssl3", "3.0.11", "Source: openssl\n");
const advisory = (id: string, ecosystem: string, name: string, fixed: string): string =>
  JSON.stringify({
    id,
    modified: "2026-01-01T00:00:00Z",
    summary: `about ${name}`,
    affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }] }],
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-why-"));
  write({
    "base/Dockerfile": `FROM ${await tinyImage()}\nCOPY etc /etc\nCOPY status /var/lib/dpkg/status\nCMD ["/bin/sh"]\n`,
    "base/etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
    "base/status": SSL,
    "app/Dockerfile": [
      `FROM ${BASE}`,
      "ENV NODE_ENV=production SHOP_PASSWORD=hunter2-of-shop",
      "# as apt-get install writes it",
      "COPY status /var/lib/dpkg/status",
      "COPY npmrc /root/.npmrc",
      "COPY app \\",
      "  /app",
      "RUN /bin/busybox rm /root/.npmrc",
      'CMD ["/app/run"]',
      "",
    ].join("\n"),
    "app/status": `${SSL}\n${deb("curl", "7.88", "Depends: libssl3 (>= 3)\n")}`,
    "app/npmrc": `save-exact=true\n//npm.acme.example/:_authToken=${TOKEN}\n`,
    "app/app/package.json": '{"name":"shop","version":"1.0.0","dependencies":{"express":"^4.0.0"}}',
    "app/app/node_modules/express/package.json": '{"name":"express","version":"4.17.1","dependencies":{"qs":"6.7.0"}}',
    "app/app/node_modules/qs/package.json": '{"name":"qs","version":"6.7.0"}',
    "records/a.json": advisory("CVE-2026-1", "Debian:12", "openssl", "3.0.13"),
    "records/b.json": advisory("CVE-2026-2", "npm", "qs", "6.7.3"),
  });
  const buildx = await run("docker", ["buildx", "version"]);
  const docker = buildx.exitCode === 0 ? "docker" : "/usr/bin/docker";
  await done(docker, ["build", "-q", "-t", BASE, "base"]);
  await done(docker, ["build", "-q", "-t", APP, "app"]);
  await done("docker", ["save", "-o", "app.tar", APP]);
  await done(process.execPath, [MAIN, "db", "build", "records", "--db", "db"]);
}, 240_000);

afterAll(async () => {
  await exec("docker", ["image", "rm", "-f", APP, BASE]);
  rmSync(folder, { recursive: true, force: true });
});

test("a scan tells the base's share and the secrets of every layer, without their values", { timeout: 120_000 }, async () => {
  const { exit, document } = await json(["scan", APP, "--db", "db"], join(folder));
  expect(exit).toBe(1);
  // The folder has no Dockerfile and the image no label: a guess by the history, where the CMD of the base stands.
  expect(document.base).toMatchObject({ by: "history", fromBase: 1, own: 1 });
  expect(document.vulnerabilities.map(({ id, origin }) => [id, origin])).toEqual([
    ["CVE-2026-1", "base"],
    ["CVE-2026-2", "own"],
  ]);
  const added = document.secrets.find(({ id }) => id === "secret:npm-token");
  expect(document.secrets.map(({ id, path }) => [id, path])).toEqual([
    ["secret:named-secret", "environment/SHOP_PASSWORD"],
    ["secret:npm-token", "root/.npmrc"],
  ]);
  expect(added).toMatchObject({ line: 2 });
  expect((added?.deletedInLayer ?? 0) - (added?.layerNumber ?? 0)).toBe(2);
  expect(document.gate.refused).toBe(4);
  expect(JSON.stringify(document)).not.toMatch(/hunter2|npm_aB3/);
});

test("a waiver takes a secret from the gate, by its id and path", { timeout: 120_000 }, async () => {
  const waive = ["named-secret", "npm-token"].map((id) => ({ id: `secret:${id}`, reason: "given back", until: "2099-01-01" }));
  write({ "waived/.seaworthy.yaml": JSON.stringify({ policy: { scan: { fail: "critical" } }, scan: { waive } }) });
  const { document } = await json(["scan", APP, "--db", "../db"], join(folder, "waived"));
  expect(document.gate.refused).toBe(2);
});

test("--why tells the line of the Dockerfile, who asks for it, and the smallest change", { timeout: 120_000 }, async () => {
  const own = await json(["scan", APP, "--db", "../db", "--why", "CVE-2026-2"], join(folder, "app"));
  expect(own.exit).toBe(0);
  expect(own.document.base).toMatchObject({ name: BASE, by: "layers" });
  expect(own.document.packages).toMatchObject([
    {
      purl: "pkg:npm/qs@6.7.0",
      origin: "own",
      dockerfile: { file: "Dockerfile", line: 6 },
      askedBy: [{ purl: "pkg:npm/shop@1.0.0" }, { purl: "pkg:npm/express@4.17.1" }, { purl: "pkg:npm/qs@6.7.0" }],
      fixed: "6.7.3",
      changes: [{ kind: "dependency", command: "npm install express@latest", at: { line: 6 } }, { kind: "dependency" }],
    },
  ]);
  const base = await json(["scan", "app.tar", "--db", "db", "--why", "openssl", "--base", BASE, "--file", "app/Dockerfile"]);
  expect(base.document.packages).toMatchObject([
    {
      origin: "base",
      askedBy: [{}, {}],
      changes: [{ kind: "base", at: { line: 1 } }, { kind: "distribution" }],
    },
  ]);
});

test("a Dockerfile that did not make it, and a base that is not to be had, are refused", { timeout: 120_000 }, async () => {
  const other = await json(["scan", "app.tar", "--db", "db", "--file", "base/Dockerfile"]);
  expect([other.exit, other.document.code]).toEqual([2, "INPUT_INVALID"]);
  const nothing = await json(["scan", "app.tar", "--db", "db", "--base", "nothing.tar"]);
  expect([nothing.exit, nothing.document.code]).toEqual([2, "INPUT_NOT_FOUND"]);
});
