import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readCompiled } from "./compiled.ts";
import { elfOf, partsOf } from "./elf.fixture.ts";
import { readGoProgram } from "./go-program.ts";

const START = Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex");
const END = Buffer.from("f932433186182072008242104116d8f2", "hex");
/** As the linker of 1.18 and later writes it. */
const info = (version: string, modules: string): Buffer =>
  Buffer.concat([
    Buffer.from("\xff Go buildinf:\0\x02", "latin1"),
    Buffer.alloc(16),
    Buffer.from([version.length]),
    Buffer.from(version),
    Buffer.from([0x88, 0x02]),
    START,
    Buffer.from(modules),
    END,
  ]);
const MODULES =
  "\npath\texample.com/app\nmod\texample.com/app\t(devel)\t\ndep\tgithub.com/a/b\tv1.0.0\th1:x\ndep\tgithub.com/c/d\tv2.0.0\n=>\tgithub.com/x/d\tv2.1.0\th1:y\nbuild\tGOOS=linux\n";
const EXPECTED = ["stdlib 1.21.3", "github.com/a/b v1.0.0", "github.com/x/d v2.1.0"];

const read = (chunks: readonly Buffer[]): readonly string[] => {
  const program = readGoProgram();
  for (const chunk of chunks) program.take(chunk);
  return program.end().map(({ name, version }) => `${name} ${version}`);
};
const noise = Buffer.alloc(100_000, 7);

describe("a Go program", () => {
  test("tells its compiler and its modules, with what stands in their place", () => {
    expect(read([noise, info("go1.21.3", MODULES), noise])).toEqual(EXPECTED);
  });
  test("in pieces of any size", () => {
    const whole = Buffer.concat([noise, info("go1.21.3 X:loopvar", MODULES), noise]);
    for (const size of [1000, 4096, 99_999, 100_010])
      expect(read(Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size)))).toEqual(
        EXPECTED,
      );
  });
  test("tells all in one section of an ELF file: the rest is not read", () => {
    const file = elfOf({ ".text": Buffer.alloc(600_000, 7), ".go.buildinfo": info("go1.21.3", MODULES) });
    const reader = readCompiled("usr/bin/app", 0o755, file.length);
    expect(reader?.isWorth(partsOf(file))).toBe(true);
    expect(reader?.take(file.subarray(0, 4096))).toBe(false);
    expect(reader?.end()?.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(EXPECTED);
    // Before 1.18 the section only says where it stands.
    const older = elfOf({ ".go.buildinfo": Buffer.alloc(32), ".data": info("go1.21.3", MODULES) });
    const whole = readCompiled("usr/bin/app", 0o755, 600_000);
    expect(whole?.isWorth(partsOf(older))).toBe(true);
    whole?.take(older);
    expect(whole?.end()?.packages).toHaveLength(EXPECTED.length);
  });
  test("before 1.18 is of the only release that it names, and of none where it names two", () => {
    const old = Buffer.concat([START, Buffer.from(MODULES), END]);
    expect(read([Buffer.from("go1.15.2\0"), noise, old])).toEqual(["stdlib 1.15.2", ...EXPECTED.slice(1)]);
    expect(read([Buffer.from("go1.15.2\0go1.13\0"), noise, old])).toEqual(EXPECTED.slice(1));
  });
  test("that its builder has given a version is of that, where its own packages name one", () => {
    const built = (flags: string): Buffer =>
      info("go1.21.3", `path\texample.com/app\nmod\texample.com/app\t(devel)\t\nbuild\t-ldflags=${JSON.stringify(flags)}\n`);
    const own = "-s -w -X example.com/app/pkg/version.Version=v2.10.1 -X 'example.com/app/pkg/version.Codename=saintmarcelin'";
    expect(read([built(own)])).toEqual(["stdlib 1.21.3", "example.com/app v2.10.1"]);
    expect(read([built("-X main.version=1.2.3-rc.1")])).toEqual(["stdlib 1.21.3", "example.com/app v1.2.3-rc.1"]);
    expect(read([built(`${own} -X main.version=3.0.0`)])).toEqual(["stdlib 1.21.3"]);
    expect(read([built("-X github.com/other/lib/version.Version=9.9.9 -X main.goVersion2=1.2.3")])).toEqual(["stdlib 1.21.3"]);
  });
  test("that is damaged or cut off tells nothing, and throws nothing", () => {
    const whole = info("go1.21.3", MODULES);
    for (let length = 0; length < whole.length; length += 1) expect(read([whole.subarray(0, length)])).toEqual([]);
    expect(read([START, Buffer.alloc(9 * 1024 * 1024, 0x61)])).toEqual([]);
  });
});

const BINARY = join(import.meta.dirname, "../../../../shared/scan/fixtures/binaries/trivy-executable_gobinary.gz");

describe.skipIf(!existsSync(BINARY))("a real one (needs ../shared/scan)", () => {
  test("as its own tool chain lists it", () => {
    const found = read([gunzipSync(readFileSync(BINARY))]);
    expect(found[0]).toMatch(/^stdlib 1\.\d+/);
    expect(found.length).toBeGreaterThan(1);
  });
});

test("the release is found where it stands behind a first copy that has none, beside other releases that are named", () => {
  const info = Buffer.concat([
    Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex"),
    Buffer.from("path\texample.org/a\n"),
    Buffer.from("f932433186182072008242104116d8f2", "hex"),
  ]);
  const bytes = Buffer.concat([
    Buffer.from("go1.18\0go1.17.3\0"),
    info,
    Buffer.alloc(100_000),
    Buffer.from("\xff Go buildinf:\x08\x02\0\x08go1.19.8\xc0\x01", "latin1"),
    info,
  ]);
  for (const size of [bytes.length, 50_000, 10_000]) {
    const program = readGoProgram();
    for (let at = 0; at < bytes.length; at += size) program.take(bytes.subarray(at, at + size));
    expect(program.end()).toEqual([{ type: "golang", name: "stdlib", version: "1.19.8", licenses: [] }]);
  }
});
