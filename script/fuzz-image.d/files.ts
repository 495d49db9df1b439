import { crc32, deflateRawSync, deflateSync } from "node:zlib";
import { mutate, pick, type Random } from "../fuzz.d/mutate.ts";
import { broken, BYTES } from "./break-bytes.ts";

/** A file of an image or of a folder. */
export interface Told {
  readonly path: string;
  readonly content: Buffer;
}

/** Words of package databases and lock files. */
const PIECES = [
  "Package: a\nVersion: 1\nStatus: install ok installed\n\n",
  "P:a\nV:1\nF:usr\nR:x\n\n",
  "Source: a (1)\n",
  " continued\n",
  "\n\n",
  "---\n",
  '"a": {"version": "1.0.0"},',
  '"dependencies": {"a": "1.0.0"},',
  '"__proto__": {"version": "1.0.0"},',
  '[[package]]\nname = "a"\nversion = "1"\n',
  "a==1.0 --hash=sha256:0\n",
  'a@^1:\n  version "1"\n',
  "Name: a\nVersion: 1\n",
  "<dependency><groupId>a</groupId><artifactId>b</artifactId><version>${c}</version></dependency>",
  "&x [*x]",
  "&a {b: *a}",
  "../../../../tmp/seaworthy-fuzz-escaped",
  "\u{1b}]0;title\u{7}",
  "License: (MIT OR Apache-2.0) AND ((((GPL",
];

const isText = (content: Buffer): boolean => !content.subarray(0, 4096).includes(0) && content.subarray(0, 2).toString("latin1") !== "PK";

/** The file, no longer what its name says. */
export const brokenFile = ({ path, content }: Told, random: Random, note: (what: string) => void): Told => {
  if (isText(content) && random(4) > 0) {
    note("its text");
    const text = content.toString("utf8");
    return { path, content: Buffer.from(mutate(text, random, PIECES, text, Math.max(300_000, text.length))) };
  }
  return { path, content: broken(content, BYTES, random, note) };
};

interface Zipped {
  readonly name: string;
  readonly content: Buffer;
  /** In place of what is so. */
  readonly sizeBytes?: number;
  readonly packedBytes?: number;
  readonly method?: number;
  readonly extra?: Buffer;
}

/** An archive as jars are, with what each entry says of itself. */
export const zipped = (
  entries: readonly Zipped[],
  { count, shift = 0 }: { readonly count?: number; readonly shift?: number } = {},
): Buffer => {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, sizeBytes, packedBytes, method = 8, extra = Buffer.alloc(0) } of entries) {
    const bytes = method === 8 ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(45, 0);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packedBytes ?? bytes.length, 14);
    fields.writeUInt32LE(sizeBytes ?? content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    fields.writeUInt16LE(extra.length, 24);
    const head = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, Buffer.from(name), extra]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((offset + shift) >>> 0, 10);
    local.push(head, bytes);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), Buffer.from([45, 0]), fields, rest, Buffer.from(name), extra]));
    offset += head.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE((count ?? entries.length) & 0xffff, 8);
  end.writeUInt16LE((count ?? entries.length) & 0xffff, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE((offset + shift) >>> 0, 16);
  return Buffer.concat([...local, directory, end]);
};

const POM = { name: "META-INF/maven/a/b/pom.properties", content: Buffer.from("groupId=a\nartifactId=b\nversion=1\n") };

/** Jars in a jar, so deep. */
const nested = (depth: number): Buffer => {
  let jar = zipped([POM]);
  for (let level = 0; level < depth; level += 1)
    jar = zipped([POM, { name: "BOOT-INF/lib/inner.jar", content: jar, method: level % 2 === 0 ? 0 : 8 }]);
  return jar;
};

/** Sizes and a place of 2^63 - 1 (APPNOTE.TXT 4.5.3). */
const ZIP64 = Buffer.from("01001c00ffffffffffffff7fffffffffffffff7fffffffffffffff7f00000000", "hex");

const program = (what: Buffer, sizeBytes = 600_000): Buffer =>
  Buffer.concat([Buffer.from("7f454c4602010100", "hex"), Buffer.alloc(120), what, Buffer.alloc(Math.max(0, sizeBytes - what.length))]);

/** An ELF header whose table of sections says these. */
const elf = (random: Random): Buffer => {
  const file = program(Buffer.from(".dep-v0\0.go.buildinfo\0"));
  const number = (): bigint => BigInt(pick([0, 64, 1000, 600_000, 0x7fff_ffff, 0xffff_ffff], random)) << BigInt(random(3) * 16);
  file.writeBigUInt64LE(number() & 0xffff_ffff_ffff_ffffn, 40);
  for (const at of [58, 60, 62]) file.writeUInt16LE(pick([0, 1, 40, 64, 9999, 0xffff], random), at);
  for (let at = 64; at < 64 + 64 * 4; at += 8) file.writeBigUInt64LE(number() & 0xffff_ffff_ffff_ffffn, at);
  return file;
};

const crates = (count: number, needs: number): Buffer =>
  Buffer.from(
    `{"packages":[${Array.from({ length: count }, (_, at) => `{"name":"c${at}","version":"1.0.0","source":"registry","dependencies":[${"0,".repeat(needs)}0]}`).join(",")}]}`,
  );

const go = (info: string): Buffer =>
  program(
    Buffer.concat([
      Buffer.from("\xff Go buildinf:\x08\x02", "latin1"),
      Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex"),
      Buffer.from(info),
      Buffer.from("f932433186182072008242104116d8f2", "hex"),
    ]),
  );

const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

/** Files that are made to hurt whoever reads them, of some megabytes at most. */
const MADE: readonly (readonly [what: string, make: (random: Random) => Told])[] = [
  ["jars in jars", (random) => ({ path: "opt/app.jar", content: nested([3, 5, 40, 400][random(4)] ?? 3) })],
  [
    "a jar that unpacks to much",
    (random) => ({
      path: "opt/app.war",
      content: zipped(Array.from({ length: 1 + random(20) }, (_, at) => ({ name: `lib/${at}.jar`, content: Buffer.alloc(20_000_000) }))),
    }),
  ],
  [
    "a jar that lies of its sizes",
    (random) => ({
      path: "opt/app.jar",
      content: zipped(
        [
          {
            ...POM,
            sizeBytes: pick([0, 1, 0x7fff_ffff, 0xffff_ffff], random),
            packedBytes: pick([0, 1, 34, 0x7fff_ffff, 0xffff_ffff], random),
            extra: ZIP64,
          },
          POM,
        ],
        { count: random(70_000), shift: pick([0, 1, 1_000_000, -1], random) },
      ),
    }),
  ],
  [
    "a jar of many names",
    (random) => ({
      path: "opt/app.jar",
      content: zipped(
        Array.from({ length: [10, 5000, 60_000][random(3)] ?? 10 }, (_, at) => ({
          name: `META-INF/maven/a/b${at}/pom.properties`,
          content: Buffer.from(`groupId=a\nartifactId=b${at}\nversion=1\n`),
          method: 0,
        })),
      ),
    }),
  ],
  [
    "a jar with hostile names",
    (random) => ({
      path: "opt/app.jar",
      content: zipped([
        {
          name: pick(
            ["../../../../tmp/seaworthy-fuzz-escaped.jar", "/tmp/seaworthy-fuzz-escaped", "a\0.jar", "n".repeat(65_000), "\u{1b}[31m.jar"],
            random,
          ),
          content: nested(1),
        },
      ]),
    }),
  ],
  [
    "a list of crates that unpacks to much",
    (random) => ({
      path: "usr/bin/app",
      content: program(
        deflateSync(Buffer.concat([crates(10, 0).subarray(0, -2), Buffer.alloc([1, 60][random(2)]! * 1_000_000, " "), Buffer.from("]}")])),
      ),
    }),
  ],
  [
    "crates that need each other often",
    (random) => ({
      path: "usr/bin/app",
      content: program(deflateSync(crates([10, 2000][random(2)] ?? 10, [10, 1000, 3000][random(3)] ?? 10))),
    }),
  ],
  [
    "crates that need in circles",
    () => ({
      path: "usr/bin/app",
      content: program(
        deflateSync(
          Buffer.from(
            '{"packages":[{"name":"a","version":"1","dependencies":[0,1,-1,1e9,null]},{"name":"b","version":"1","dependencies":[0]}]}',
          ),
        ),
      ),
    }),
  ],
  [
    "many beginnings of crates",
    () => ({
      path: "usr/bin/app",
      content:
        program(Buffer.from([0x78, 0x9c, 0xab, 0x56]), 0).subarray(0, 128) &&
        Buffer.concat([program(Buffer.alloc(0), 0), Buffer.alloc(2_000_000, Buffer.from([0x78, 0x9c, 0xab, 0x56]))]),
    }),
  ],
  ["sections that lie", (random) => ({ path: "usr/bin/app", content: elf(random) })],
  [
    "modules of Go without an end",
    (random) => ({
      path: "usr/bin/app",
      content: go(
        `path\ta\nmod\ta\tv1.0.0\n${"dep\tgithub.com/a/b\tv1.2.3\th1:x\n".repeat([10, 100_000][random(2)] ?? 10)}${"=>\ta\tv1\n".repeat(random(1000))}`,
      ),
    }),
  ],
  [
    "settings of Go without an end",
    (random) => ({
      path: "usr/bin/app",
      content: go(`mod\ta\t(devel)\nbuild\t-ldflags=${pick(["-X a.b=", "-X ", "-X=a.version=1.2.3 ", "'"], random).repeat(100_000)}\n`),
    }),
  ],
  [
    "many starts of modules",
    () => ({ path: "usr/bin/app", content: program(Buffer.alloc(4_000_000, Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex")), 0) }),
  ],
  [
    "names of distributions",
    (random) => ({
      path: "etc/os-release",
      content: Buffer.from(
        pick(
          [
            `ID=${"a".repeat(60_000)}\n`,
            'ID="\u{1b}[31mx"\nVERSION_ID="../../x"\n',
            "ID=debian\nVERSION_ID=" + "9".repeat(5000),
            "ID=__proto__\nVERSION_ID=1\n",
            "ID=\n",
            "=\n".repeat(30_000),
            "ID=debian\nVERSION_ID=12\n".repeat(2000),
          ],
          random,
        ),
      ),
    }),
  ],
  [
    "paragraphs of dpkg",
    (random) => ({
      path: "var/lib/dpkg/status",
      content: Buffer.from(
        pick(
          [
            "Package: a\nVersion: 1\n\n".repeat(50_000),
            `Package: ${"a".repeat(1_000_000)}\nVersion: 1\n`,
            `Package: a\nVersion: 1\nDepends: ${"a, ".repeat(300_000)}\n`,
            "Package: a\nVersion: \u{1b}[31m\n",
            `Package: __proto__\nVersion: ${"1.".repeat(100_000)}\n`,
            `Package: a\nSource: ${"(".repeat(200_000)}\nVersion: 1\n`,
          ],
          random,
        ),
      ),
    }),
  ],
  [
    "versions that are long",
    (random) => ({
      path: "lib/apk/db/installed",
      content: Buffer.from(
        `P:musl\nV:${pick(["1.", "1-", "0", "_p1", "~"], random).repeat(200_000)}\n\nP:busybox\nV:1.30.1-r2\no:busybox\n\n`,
      ),
    }),
  ],
  [
    "what Node packages say",
    (random) => ({
      path: "srv/node_modules/a/package.json",
      content: Buffer.from(
        pick(
          [
            deep('{"a":', "}", 500_000),
            deep("[", "]", 1_000_000),
            `{"name":"a","version":"1.0.0","license":${deep("[", "]", 10_000)}}`,
            `{"name":"__proto__","version":"1.0.0","dependencies":{${Array.from({ length: 50_000 }, (_, at) => `"d${at}":"1"`).join(",")}}}`,
            '{"name":{"a":1},"version":[]}',
            `{"name":"a","version":"${"1".repeat(500_000)}"}`,
          ],
          random,
        ),
      ),
    }),
  ],
  [
    "a lock file of Node",
    (random) => ({
      path: "package-lock.json",
      content: Buffer.from(
        pick(
          [
            `{"lockfileVersion":1,"dependencies":{"a":${'{"version":"1.0.0","dependencies":{"a":'.repeat(100_000)}`,
            `{"lockfileVersion":3,"packages":{${Array.from({ length: 30_000 }, (_, at) => `"${"node_modules/a/".repeat(at % 50)}node_modules/p${at}":{"version":"1.0.0","dependencies":{"p${at + 1}":"1","p0":"1"}}`).join(",")}}}`,
            `{"lockfileVersion":3,"packages":{"":{"dependencies":{${Array.from({ length: 3000 }, (_, at) => `"p${at}":"1"`).join(",")}}},${Array.from({ length: 3000 }, (_, at) => `"node_modules/p${at}":{"version":"1.0.0","dependencies":{${Array.from({ length: 100 }, (__, to) => `"p${to}":"1"`).join(",")}}}`).join(",")}}}`,
          ],
          random,
        ),
      ),
    }),
  ],
  [
    "lock files of Python",
    (random) => ({
      path: pick(["pylock.toml", "poetry.lock", "uv.lock", "pdm.lock"], random),
      content: Buffer.from(
        pick(
          [
            `packages = ${deep("[", "]", 100_000)}\n`,
            '[[packages]]\nname = "a"\nversion = "1"\n'.repeat(50_000),
            `a = ${"{a = ".repeat(50_000)}`,
            `[${"a.".repeat(100_000)}a]\nb = 1\n`,
            `x = """${"\\".repeat(500_000)}`,
            `[[package]]\nname = "${"a".repeat(500_000)}"\nversion = "1"\n`,
          ],
          random,
        ),
      ),
    }),
  ],
];

export const madeFile = (random: Random, note: (what: string) => void): Told => {
  const [what, make] = pick(MADE, random);
  note(what);
  return make(random);
};
