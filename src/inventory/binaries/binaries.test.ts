import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
