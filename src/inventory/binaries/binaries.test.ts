import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { elfOf, partsOf } from "./elf.fixture.ts";
import { readProgram } from "./follow.ts";
import { PRODUCTS } from "./products.ts";

const read = (path: string, chunks: readonly (string | Buffer)[]): string | undefined => {
  const program = readProgram(path);
  for (const chunk of chunks) program?.take(Buffer.from(chunk as string, "latin1"));
  const found = program?.end();
  return found === undefined ? undefined : `${found.name} ${found.version}`;
};

describe("a program", () => {
  test.each([
    ["usr/local/bin/node", "\0/json\0node.js/v19.2.0\0", "node 19.2.0"],
    ["usr/bin/nginx", "nginx version: nginx/1.25.1\n\0", "nginx 1.25.1"],
    ["usr/bin/nginx", "nginx version: openresty/1.21.4.3\n\0", "openresty 1.21.4.3"],
    ["usr/lib/libpython3.8.so", "\0LC_ALL\x003.8.16\0strict\0", "python 3.8.16"],
    ["bin/busybox", "\0BusyBox v1.36.1 (2023-12-04 19:44:32 UTC)\0", "busybox 1.36.1"],
    ["usr/bin/openssl", "OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)\0OpenSSL 1.1.1w  11 Sep 2023\0", "aws-lc 1.69.0"],
    ["usr/sbin/haproxy", "\0 version 2.6.12-1+deb12u4, released 2026/10/17\0", "haproxy 2.6.12"],
    ["usr/lib/erts-13.1.5/bin/beam.smp", "\x0013.1.5\0\0\0\0Erlang (%s) emulator version 13.1.5\n\0", undefined],
    ["usr/lib/erlang/releases/25/OTP_VERSION", "25.2.3\n", "erlang 25.2.3"],
    ["usr/lib/libnode.so.108", "\0node.js/v18.20.4\0", "node 18.20.4"],
    ["usr/lib/libruby-3.1.so.3.1.2", "ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)\0", "ruby 3.1.2p20"],
    ["usr/sbin/varnishd", "\0(varnish-7.1.1 revision 7cee1c581bead20e88d101ab3d72afb29f14d87a)\0", "varnish 7.1.1"],
    ["usr/sbin/named", "\0libisc-9.18.49-1~deb12u3-Debian.so\0", "bind 9.18.49"],
    ["usr/sbin/sshd", "\0OpenSSH_9.2\0\0OpenSSH_9.2p1 Debian-2+deb12u10\0", "openssh 9.2p1"],
    ["usr/sbin/pgpool", "\x004.3.5\0pgpool-II\0", "pgpool 4.3.5"],
    ["usr/sbin/exim4", "<<eximcnumber>>\x004.96\0<<eximversion>>\0", "exim 4.96"],
    ["usr/lib/postfix/sbin/master", "\0mail_version=3.7.11\0", "postfix 3.7.11"],
    ["usr/bin/git", "\0git/2.39.5\0GIT_USER_AGENT\0", "git 2.39.5"],
    ["usr/bin/sudo", "\0Sudo version %s\n\x001.9.13p3\0", "sudo 1.9.13p3"],
    ["lib/libz.so.1.2.13", " inflate 1.2.13 Copyright 1995-2022 Mark Adler \0", "zlib 1.2.13"],
    ["usr/bin/lua5.4", "$LuaVersion: Lua 5.4.4  Copyright (C) 1994-2022\0", "lua 5.4.4"],
    ["usr/bin/ffmpeg", "ffconcat version 1.0\0%s version N-47683-g0e8eb07980-static\0", undefined],
    ["usr/bin/ffmpeg", "\0%s version 6.1.1-3ubuntu5\0", "ffmpeg 6.1.1"],
    ["opt/python/lib/libpython3.11.so.1.0", "\x003.0.13\0OpenSSL\x003.11.9\0strict\0", "python 3.11.9"],
    ["opt/python/bin/python3.11", "\x003.45.1\0built-in\x003.5.1\0x\0", undefined],
    ["usr/bin/true", "\x001.2.3\0", undefined],
    ["usr/bin/node", "nothing that says so", undefined],
  ])("%s is known by what is written in it", (path, content, product) => {
    expect(read(path, [content])).toBe(product);
  });
  test("wherever in the file it stands, also across two pieces and two blocks", () => {
    const filler = Buffer.alloc(1024 * 1024 - 10);
    expect(read("bin/node", [filler, "\0\0node.js", "/v19.2", ".0\0\0", filler])).toBe("node 19.2.0");
    expect(read("bin/node", [filler, filler, filler, "node.js/v19.2.0\0"])).toBe("node 19.2.0");
  });
  test("what a border between two blocks cuts is not taken for the whole", () => {
    const block = 512 * 1024;
    // One byte more each time: the border falls before, in and behind the number.
    for (let cut = 0; cut < 24; cut += 1)
      expect(read("usr/bin/node", [Buffer.alloc(block - cut), "\0node.js/v19.22.33\0", Buffer.alloc(block)])).toBe("node 19.22.33");
    for (let cut = 0; cut < 24; cut += 1)
      expect(read("usr/bin/git", [Buffer.alloc(block - cut), "\0git/2.39.55\0GIT_USER_AGENT\0"])).toBe("git 2.39.55");
  });
  test("that ends with its version, at the end of a block as well", () => {
    const words = "nginx version: nginx/1.25.1";
    expect(read("usr/bin/nginx", [Buffer.alloc(512 * 1024 - words.length), words])).toBe("nginx 1.25.1");
  });
  test("in its constants, where parts of the file can be had: the rest is not read", () => {
    const code = Buffer.from("\0node.js/v9.9.9\0");
    const file = elfOf({ ".text": code, ".rodata": Buffer.from(`${"x".repeat(700_000)}\0node.js/v19.2.0\0`) });
    const known = readProgram("usr/bin/node");
    known?.lookAhead(partsOf(file));
    expect(known?.take(file)).toBe(false);
    expect(known?.end()).toMatchObject({ name: "node", version: "19.2.0" });
    const elsewhere = readProgram("usr/bin/node");
    const other = elfOf({ ".text": code, ".rodata": Buffer.from("nothing") });
    elsewhere?.lookAhead(partsOf(other));
    elsewhere?.take(other);
    expect(elsewhere?.end()).toMatchObject({ name: "node", version: "9.9.9" });
    const lying = elfOf({ ".rodata": Buffer.from("short") });
    lying.writeBigUInt64LE(2n ** 60n, lying.length - 2 * 64 + 32);
    const brief = readProgram("usr/bin/node");
    brief?.lookAhead(partsOf(lying));
    expect(brief?.end()).toBeUndefined();
    let asked = 0;
    const endless = readProgram("usr/bin/node");
    endless?.lookAhead((offset, count) => {
      asked += count;
      return offset < lying.length ? lying.subarray(offset, offset + count) : Buffer.alloc(count);
    });
    expect(asked).toBeLessThan(40 * 1024 * 1024);
  });
  test("the particular comes before the general, even when it stands later", () => {
    expect(read("bin/mysqld", ["/mysql-8.0.35/sql\0", Buffer.alloc(3_000_000), "percona-server-8.0.35-27\0"])).toBe(
      "percona-server 8.0.35",
    );
  });
});

test("no pattern takes long over what almost fits", () => {
  const almost = ["\x001.", "\0v1.1.", "go1.", "0".repeat(40), "/", "deno-", "Test 1.", "\0java\x001.8\0", "Bun v", "a-"].map((one) =>
    one.repeat(Math.ceil(100_000 / one.length)).slice(0, 100_000),
  );
  for (const { name, patterns } of PRODUCTS)
    for (const pattern of patterns)
      for (const text of almost) {
        const begun = performance.now();
        pattern.exec(text);
        // A guard against what grows with the square of a file's size, which would take minutes here.
        expect(performance.now() - begun, `${name}: ${pattern.source}`).toBeLessThan(2000);
      }
});

const SNIPPETS = join(import.meta.dirname, "../../../../shared/scan/fixtures/binaries/syft-binary-snippets.tar.gz");
const HEAD = "### byte snippet to follow ###\n";

/** Whose bytes do not hold the version, or whose folder is named otherwise than the program itself says. */
const EXPLAINED: readonly RegExp[] = [
  /^firefox\/151\.0\/linux-amd64\/firefox$/,
  /^go-version-hint\//,
  /^erlang\/26\.2\.0\.0\//,
  /^grafana\/12\.3\.2-security-01\//,
  /^fluent-bit\/1\.7\.0-dev-3\//,
];

describe.skipIf(!existsSync(SNIPPETS))("pieces of real programs (needs ../shared/scan)", () => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-snippets-"));
  beforeAll(() => void execFileSync("tar", ["-xzf", SNIPPETS, "-C", folder]));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  test("each is what its folder says, and none anything else", () => {
    const files = globSync("**/*", { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
    expect(files.length).toBeGreaterThan(260);
    const wrong = files.flatMap((path) => {
      const bytes = readFileSync(join(folder, path));
      const at = bytes.indexOf(HEAD);
      const found = read(basename(path), [at < 0 ? bytes : bytes.subarray(at + HEAD.length)]);
      const version = path.split("/")[1] ?? "";
      return found?.split(" ")[1] === version || EXPLAINED.some((one) => one.test(path)) ? [] : [`${path}: ${found}`];
    });
    expect(wrong).toEqual([]);
  });
});
