import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Cataloged } from "../cataloger.ts";
import { readCompiled } from "./compiled.ts";

const read = (path: string, content: Buffer, size = content.length, mode = 0o755): Cataloged | undefined => {
  const program = readCompiled(path, mode, content.length);
  for (let at = 0; at < content.length; at += size) program?.take(content.subarray(at, at + size));
  return program?.end();
};
const names = (found: Cataloged | undefined): readonly string[] | undefined =>
  found?.packages.map(({ type, name, version }) => `${type} ${name} ${version}`);

const CRATES = JSON.stringify({
  packages: [
    { name: "app", version: "0.1.0", source: "local", dependencies: [1, 2], root: true },
    { name: "cc", version: "1.0.0", source: "crates.io", kind: "build" },
    { name: "libc", version: "0.2.150", source: "crates.io" },
  ],
});
/** Bytes in which headers of zlib streams are now and then, and none is one. */
const NOISE = Buffer.from(
  Array.from({ length: 125_000 }, (_, index) =>
    index % 500 < 7 ? ([0x78, 0x9c, index & 0xff, 0x78, 0x01, 0xda, (index * 7) & 0xff][index % 500] ?? 0) : index & 0xff,
  ),
);
const noise = (length: number): Buffer => NOISE.subarray(0, length);
const program = (packed: Buffer, magic = "\x7fELF"): Buffer =>
  Buffer.concat([Buffer.from(magic, "latin1"), noise(120_000), packed, noise(3000)]);

describe("a Rust program that was built to be audited", () => {
  test.each([0, 1, 5, 6, 9])("tells its crates and what they need, packed at level %i, and nothing that only built it", (level) => {
    const found = read("usr/bin/app", program(deflateSync(CRATES, { level })));
    expect(names(found)).toEqual(["cargo app 0.1.0", "cargo libc 0.2.150"]);
    expect(found?.edges).toEqual([[0, 1]]);
  });
  test("with more needs than crates have: not all are kept, and that is said", () => {
    const crate = (_: unknown, at: number): object => ({
      name: `crate-${at * 7919}`,
      version: `${at}.0.0`,
      dependencies: Array.from({ length: 400 }, (__, to) => to),
    });
    const found = read("usr/bin/app", program(deflateSync(JSON.stringify({ packages: Array.from({ length: 2000 }, crate) }))));
    expect(found?.packages).toHaveLength(2000);
    expect(found?.edges).toHaveLength(500_000);
    expect(found?.unseen).toMatch(/more than 500000 needs/);
  });
  test("in pieces of any size, and at its very end", () => {
    const whole = program(deflateSync(CRATES));
    for (const size of [1, 100, 512, 513, 4096, 119_999, 120_010]) expect(names(read("a", whole, size))).toHaveLength(2);
    const last = Buffer.concat([Buffer.from("MZ\0\0"), noise(120_000), deflateSync(CRATES)]);
    for (const size of [7, 1000, 70_000]) expect(names(read("a.exe", last, size, 0o644))).toHaveLength(2);
  });
  test("that is cut off or damaged tells nothing, and throws nothing", () => {
    const packed = deflateSync(CRATES);
    for (let length = 0; length < packed.length; length += 1)
      expect(read("a", Buffer.concat([Buffer.from("\x7fELF", "latin1"), noise(110_000), packed.subarray(0, length)]))).toBeUndefined();
    for (let at = 0; at < packed.length; at += 1) {
      const damaged = Buffer.from(packed);
      damaged[at] = 0xff - (damaged[at] ?? 0);
      expect(() => read("a", program(damaged))).not.toThrow();
    }
    expect(read("a", program(deflateSync('{"packages":[null,7,{}]}')))).toMatchObject({ packages: [] });
  });
  test("that would unpack to more than any list is not unpacked", () => {
    expect(
      read("a", program(deflateSync(`{"packages":[{"name":"a","version":"1"}],"x":"${"a".repeat(40 * 1024 * 1024)}"}`))),
    ).toBeUndefined();
  });
  test("has an end also where a million lists seem to begin", () => {
    const hostile = Buffer.concat([Buffer.from("\x7fELF", "latin1"), Buffer.alloc(3_000_000, "x\x9c", "latin1"), deflateSync(CRATES)]);
    expect(read("a", hostile, 65_536)).toBeUndefined();
  });
  test("is looked for in programs only", () => {
    expect(read("data.txt", program(deflateSync(CRATES)), undefined, 0o644)).toBeUndefined();
    expect(read("script", program(deflateSync(CRATES), "#!/b"))).toBeUndefined();
    expect(names(read("lib/a.so", program(deflateSync(CRATES)), undefined, 0o644))).toHaveLength(2);
  });
});

const RUST = join(import.meta.dirname, "../../../../shared/scan/fixtures/binaries/trivy-executable_rust.gz");

describe.skipIf(!existsSync(RUST))("a real one (needs ../shared/scan)", () => {
  test("tells the crates that its own tools list", () => {
    const found = read("usr/bin/app", gunzipSync(readFileSync(RUST)), 65_536);
    expect(names(found)).toEqual(["cargo crate_with_features 0.1.0", "cargo library_crate 0.1.0"]);
    expect(found?.edges).toEqual([[0, 1]]);
  });
});

/** An assembly with two sections, the second of which has a version resource of these texts. */
const assembly = (texts: Readonly<Record<string, string>>, { cli = true, at = 6000, wide = false } = {}): Buffer => {
  const strings = Object.entries(texts).flatMap(([key, value]) => {
    const written = Buffer.from(`${key}\0`, "utf16le");
    return [
      Buffer.from([0, 0, 0, 0, 1, 0]),
      written,
      Buffer.alloc((4 - ((6 + written.length) % 4)) % 4),
      Buffer.from(`${value}\0`, "utf16le"),
      Buffer.alloc(8),
    ];
  });
  const resources = Buffer.concat([Buffer.from("VS_VERSION_INFO\0", "utf16le"), ...strings]);
  const file = Buffer.alloc(at + resources.length + 500);
  file.write("MZ");
  file.writeUInt32LE(128, 60);
  file.write("PE\0\0", 128, "latin1");
  file.writeUInt16LE(2, 134);
  const optionalBytes = (wide ? 112 : 96) + 128;
  file.writeUInt16LE(optionalBytes, 148);
  file.writeUInt16LE(wide ? 0x20b : 0x10b, 152);
  if (cli) file.writeUInt32LE(8200, 152 + (wide ? 112 : 96) + 14 * 8);
  const table = 152 + optionalBytes;
  file.write(".text", table, "latin1");
  file.write(".rsrc", table + 40, "latin1");
  file.writeUInt32LE(resources.length, table + 56);
  file.writeUInt32LE(at, table + 60);
  resources.copy(file, at);
  return file;
};

describe("an assembly of .NET", () => {
  const of = (texts: Readonly<Record<string, string>>, options?: Parameters<typeof assembly>[1]) =>
    names(read("app/Acme.Core.dll", assembly(texts, options), 1000, 0o644));
  test("has its file's name and its product's version", () => {
    const texts = { FileVersion: "13.0.1.25517", ProductVersion: "13.0.1+ae9fe44e1323e91b" };
    expect(of(texts)).toEqual(["nuget Acme.Core 13.0.1"]);
    expect(of(texts, { wide: true, at: 1000 })).toEqual(["nuget Acme.Core 13.0.1"]);
    expect(of({ ProductVersion: "8.0.0-rc.1 @Commit: abc" })).toEqual(["nuget Acme.Core 8.0.0-rc.1"]);
  });
  test("else its file's version; with neither it is unknown", () => {
    expect(of({ ProductVersion: "release", FileVersion: "6.8.0.0" })).toEqual(["nuget Acme.Core 6.8.0.0"]);
    expect(of({ ProductVersion: "release" })).toBeUndefined();
  });
  test("is none without .NET's own header, nor when it only translates", () => {
    expect(of({ FileVersion: "1.0.0.0" }, { cli: false })).toBeUndefined();
    expect(read("de/Acme.resources.dll", assembly({ FileVersion: "1.0.0.0" }))).toBeUndefined();
  });
  test("that is damaged anywhere in its headers throws nothing", () => {
    const whole = assembly({ FileVersion: "1.0.0.0" });
    for (let at = 0; at < 700; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = 0xff;
      expect(() => read("a.dll", damaged)).not.toThrow();
    }
    for (let length = 0; length < 700; length += 1) expect(() => read("a.dll", whole.subarray(0, length))).not.toThrow();
  });
});
