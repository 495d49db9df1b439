import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inventoryOfFolder } from "./folder.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "seaworthy-folder-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const { signal } = new AbortController();
const names = async (): Promise<readonly string[]> =>
  (await inventoryOfFolder(root, signal)).packages.map(({ purl, path }) => `${purl} ${path}`);

describe("a folder", () => {
  test("tells of what is installed in it and of what its lock files ask for", async () => {
    mkdirSync(join(root, "app/node_modules/left"), { recursive: true });
    writeFileSync(join(root, "app/node_modules/left/package.json"), '{"name":"left","version":"1.0.0"}');
    writeFileSync(join(root, "go.mod"), "require github.com/a/b v1.0.0\n");
    expect(await names()).toEqual(["pkg:golang/github.com/a/b@v1.0.0 go.mod", "pkg:npm/left@1.0.0 app/node_modules/left/package.json"]);
  });
  test("has no end that a link could lead to, and nothing of git's own", async () => {
    symlinkSync("/", join(root, "everything"));
    symlinkSync(root, join(root, "itself"));
    symlinkSync("/etc/hostname", join(root, "yarn.lock"));
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, ".git/go.mod"), "require github.com/a/b v1.0.0\n");
    expect(await names()).toEqual([]);
  });
  test("a file that is larger than any of its kind is not read, and that is said", async () => {
    writeFileSync(join(root, "go.mod"), Buffer.alloc(5 * 1024 * 1024, 0x20));
    expect((await inventoryOfFolder(root, signal)).blindSpots).toEqual([expect.stringMatching(/^go\.mod was not read: it has more than/)]);
  });
  test("that is not there is an error", async () => {
    await expect(inventoryOfFolder(join(root, "missing"), signal)).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  });
});

const FIXTURES = join(import.meta.dirname, "../../../shared/scan/fixtures");

/** The set has no file for it: its image fetches one. dotnet-assembly.test.ts reads such. */
const ELSEWHERE = new Set(["DocuSign.eSign"]);
/** Names of folders alone say what is in a store of Nix: not read. */
const NOT_READ = new Set(["NixPkg"]);

/** Types whose names the set gives without what stands before them. */
const BY_NAME: ReadonlySet<string> = new Set(["maven", "swift", "pear", "generic"]);

describe.skipIf(!existsSync(FIXTURES))("the coverage set of a peer (needs ../shared/scan)", () => {
  interface Case {
    readonly name: string;
    readonly pkgType: string;
    readonly packages: Readonly<Record<string, string>>;
  }
  test("every package of the types that are read is found", async () => {
    execFileSync("tar", ["-xzf", join(FIXTURES, "syft-image-pkg-coverage.tar.gz"), "-C", root]);
    const cases = JSON.parse(readFileSync(join(FIXTURES, "syft-image-pkg-coverage.expected.json"), "utf8")) as readonly Case[];
    const found = new Set(
      (await inventoryOfFolder(root, signal)).packages.map(({ type, namespace, name, version }) =>
        `${namespace === undefined || BY_NAME.has(type) ? "" : `${namespace}/`}${name} ${version}`.toLowerCase(),
      ),
    );
    const missing = cases
      .filter(({ pkgType }) => !NOT_READ.has(pkgType))
      .flatMap(({ name, packages }) =>
        Object.entries(packages).flatMap(([one, version]) =>
          ELSEWHERE.has(one) || found.has(`${one} ${version}`.toLowerCase()) ? [] : [`${name}: ${one} ${version}`],
        ),
      );
    expect(missing).toEqual([]);
  });
});
