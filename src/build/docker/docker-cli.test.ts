import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redact } from "../../core/index.ts";
import { hostCaBundle } from "./ca-bundle.ts";
import { findDockerCli } from "./find-cli.ts";
import { platformsFor } from "./platforms.ts";
import { secretFiles } from "./secret-files.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that answers as a docker CLI of this version does. */
const fakeDocker = (name: string, version: string, buildx: boolean): string => {
  const bin = join(folder, name);
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "docker"), `#!/bin/sh\n[ "$1" = buildx ] && exit ${buildx ? 0 : 1}\necho "Docker version ${version}, build x"\n`);
  chmodSync(join(bin, "docker"), 0o755);
  return bin;
};

describe("the docker program to build with", () => {
  test("a newer one without buildx is passed over for one that can", async () => {
    const path = `${fakeDocker("new", "28.2.2", false)}:${fakeDocker("old", "20.10.24+dfsg1", false)}`;
    expect(await findDockerCli(path)).toEqual({ program: join(folder, "old", "docker"), kind: "builtin", version: "20.10.24" });
  });
  test("the plugin is taken where it is", async () => {
    expect(await findDockerCli(fakeDocker("plugin", "29.0.1", true))).toMatchObject({ kind: "buildx", version: "29.0.1" });
  });
});

describe("build secrets", () => {
  test("values go into private files, which are gone afterwards; arguments carry only paths", () => {
    let path = "";
    {
      using files = secretFiles(
        [
          {
            id: "npmrc",
            source: { key: "npmrc", from: "content", content: "//registry/:_authToken=t0ken-of-the-build\nalways-auth=true\n" },
          },
          { id: "pat", source: { key: "pat", from: "environment", variable: "PAT" } },
        ],
        { PAT: "environment-secret" },
        { ca: "/etc/ca,with comma.crt" },
      );
      expect(files.args.join(" ")).not.toMatch(/t0ken|environment-secret/);
      expect(files.args).toContain('id=ca,"src=/etc/ca,with comma.crt"');
      path = /src=(.*)$/.exec(files.args.find((arg) => arg.startsWith("id=pat")) ?? "")?.[1] ?? "";
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, "utf8")).toBe("environment-secret");
      expect(redact("npm said t0ken-of-the-build")).toBe("npm said [redacted]");
    }
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
  test("a secret of the project wins over the host's CA bundle of the same id", () => {
    using files = secretFiles(
      [{ id: "ca", source: { key: "ca", from: "content", content: "mine, all mine" } }],
      {},
      { ca: "/etc/host.crt" },
    );
    expect(files.args).toHaveLength(2);
    expect(files.args.join()).not.toContain("/etc/host.crt");
  });
  test("a variable that is not set, and a file that is not there, are named", () => {
    expect(() => secretFiles([{ id: "a", source: { key: "a", from: "environment", variable: "NOPE" } }], {})).toThrow(
      /"a" is read from NOPE/,
    );
    expect(() => secretFiles([{ id: "a", source: { key: "a", from: "file", path: "/nope/a" } }], {})).toThrow(
      /not found: read the build secret "a"/,
    );
    expect(() => secretFiles([{ id: "a,src=/etc/shadow", source: { key: "a", from: "content", content: "x" } }], {})).toThrow(/not a name/);
  });
});

test("the CA bundle the user names goes before the system's", () => {
  const mine = join(folder, "mine.crt");
  writeFileSync(mine, "PEM");
  expect(hostCaBundle({ NODE_EXTRA_CA_CERTS: mine })).toBe(mine);
  expect(hostCaBundle({ SSL_CERT_FILE: join(folder, "gone.crt"), NODE_EXTRA_CA_CERTS: mine })).toBe(mine);
});

describe("platforms", () => {
  const engine = { platform: { os: "linux", architecture: "amd64" }, address: "unix:///var/run/docker.sock" };
  const arm = { os: "linux", architecture: "arm64" };
  test("the engine's own when none is asked for", () => expect(platformsFor([], engine)).toEqual([engine.platform]));
  test("a foreign one is refused by name, unless the kernel emulates it", () => {
    const binfmt = join(folder, "binfmt");
    mkdirSync(binfmt, { recursive: true });
    expect(() => platformsFor([engine.platform, arm], engine, binfmt)).toThrow(/builds linux\/amd64, not linux\/arm64/);
    writeFileSync(join(binfmt, "qemu-aarch64"), "enabled\ninterpreter /usr/bin/qemu-aarch64\n");
    expect(platformsFor([arm], engine, binfmt)).toEqual([arm]);
    expect(() => platformsFor([arm], { ...engine, address: "tcp://far:2376" }, binfmt)).toThrow(/not linux\/arm64/);
  });
});
