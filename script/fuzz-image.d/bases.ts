import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Told } from "./files.ts";
import { type Image, takenApart } from "./image.ts";
import { entryOf, nameOf, paxOf, paxRecord, type Piece, splitTar } from "./tar.ts";

const SHARED = join(import.meta.dirname, "..", "..", "..", "shared", "scan");
const FIXTURES = join(SHARED, "fixtures");

/** An archive as somebody wrote it, and what it holds where that could be taken apart. */
export interface Base {
  readonly name: string;
  readonly bytes: Buffer;
  readonly image?: Image;
}

const attempted = (bytes: Buffer): { readonly image?: Image } => {
  try {
    const image = takenApart(bytes);
    return image === undefined ? {} : { image };
  } catch {
    return {};
  }
};

/** Of every kind that a layer may hold. */
const layer: readonly Piece[] = [
  ...entryOf({ name: "etc/", type: "5", mode: 0o755 }),
  ...entryOf({ name: "etc/os-release" }, "ID=alpine\nVERSION_ID=3.11.5\nNAME=Alpine\n"),
  ...entryOf(
    { name: "lib/apk/db/installed" },
    "P:musl\nV:1.1.24-r2\nF:lib\nR:libc.so\n\nP:busybox\nV:1.31.1-r9\no:busybox\nF:bin\nR:busybox\n\n",
  ),
  ...entryOf(
    { name: "bin/busybox", mode: 0o755 },
    Buffer.concat([Buffer.from("7f454c46", "hex"), Buffer.from("BusyBox v1.31.1 (2020-03-21)\0")]),
  ),
  ...entryOf({ name: "bin/sh", type: "2", linkName: "/bin/busybox", mode: 0o777 }),
  ...entryOf({ name: "bin/ls", type: "1", linkName: "bin/busybox", mode: 0o755 }),
  ...entryOf(
    { name: `srv/${"long/".repeat(30)}node_modules/lodash/package.json` },
    '{"name":"lodash","version":"4.17.15","license":"MIT"}',
  ),
  paxOf([
    paxRecord("path", "srv/ünï/package.json"),
    paxRecord("mtime", "1700000000.5"),
    paxRecord("SCHILY.xattr.user.a", Buffer.from([1, 2, 3])),
  ]),
  ...entryOf({ name: "srv/x/package.json" }, '{"name":"left-pad","version":"1.3.0"}'),
  paxOf([
    paxRecord("GNU.sparse.major", "1"),
    paxRecord("GNU.sparse.minor", "0"),
    paxRecord("GNU.sparse.name", "var/lib/holes"),
    paxRecord("GNU.sparse.realsize", "1000000"),
  ]),
  ...entryOf({ name: "GNUSparseFile.0/holes" }, `${"1\n0\n512\n".padEnd(512, "\0")}${"x".repeat(512)}`),
  ...entryOf({ name: "dev/null", type: "3", mode: 0o666 }),
  ...entryOf({ name: "run/pipe", type: "6" }),
];

const second: readonly Piece[] = [
  ...entryOf({ name: "srv/.wh.x" }),
  ...entryOf({ name: "var/.wh..wh..opq" }),
  ...entryOf({ name: "etc/passwd" }, "root:x:0:0::/:/bin/sh\n"),
  ...entryOf({ name: "root/.ssh/id_rsa" }, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
  ...entryOf({ name: "srv/.env" }, "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"),
];

const MADE: Base = {
  name: "made",
  bytes: Buffer.alloc(0),
  image: {
    layers: [layer, second],
    config: {
      config: { Env: ["PATH=/bin"], Cmd: ["/bin/sh"], User: "65532" },
      history: [{ created_by: "ADD rootfs /" }, { created_by: "RUN step # buildkit" }],
    },
  },
};

/** The archives of ../shared, where they are, and one of our own. */
export const baseArchives = (): readonly Base[] => {
  const folder = join(FIXTURES, "images");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".tar.gz")) : [];
  return [
    MADE,
    ...names.map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { name, bytes, ...attempted(bytes) };
    }),
  ];
};

const RPM: Readonly<Record<string, string>> = {
  "cbl-mariner-2.0.rpmdb.sqlite.gz": "var/lib/rpm/rpmdb.sqlite",
  "libuuid.Packages.bdb.gz": "var/lib/rpm/Packages",
  "sle15-bci.Packages.db.ndb.gz": "usr/lib/sysimage/rpm/Packages.db",
  "snyk-unit.Packages.ndb.gz": "var/lib/rpm/Packages.db",
};

/** Files that tell of packages: databases, lock files, programs. */
export const baseFiles = (): readonly Told[] => {
  const coverage = join(FIXTURES, "syft-image-pkg-coverage.tar.gz");
  if (!existsSync(coverage))
    return layer.filter(({ body }) => body.length > 0).map((piece) => ({ path: nameOf(piece), content: piece.body }));
  const read = (...path: readonly string[]): Buffer => gunzipSync(readFileSync(join(FIXTURES, ...path)));
  return [
    ...splitTar(read("syft-image-pkg-coverage.tar.gz")).flatMap((piece) =>
      piece.body.length === 0 ? [] : [{ path: nameOf(piece), content: piece.body }],
    ),
    ...Object.entries(RPM).map(([name, path]) => ({ path, content: read("rpmdb", name) })),
    { path: "usr/bin/gobinary", content: read("binaries", "trivy-executable_gobinary.gz") },
    { path: "usr/bin/rust", content: read("binaries", "trivy-executable_rust.gz") },
  ];
};

/** What scans are judged by: small, and of the distributions of the archives. */
export const advisoryFiles = (): readonly string[] =>
  ["alpine", "npm-ghsa-sample", "crates"].map((name) => join(SHARED, "osv", `${name}.jsonl.gz`)).filter((path) => existsSync(path));
