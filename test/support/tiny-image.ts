import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { exec, lastWords } from "../../src/core/index.ts";

/** The image that engine tests run: Debian's static busybox and nothing else, about 2 MB. */
const TINY_IMAGE = "seaworthy-test/tiny:1";

const CACHE = resolve(import.meta.dirname, "../../node_modules/.cache/seaworthy-test");
const APPLETS = [
  "sh",
  "sleep",
  "echo",
  "cat",
  "httpd",
  "nc",
  "id",
  "wget",
  "kill",
  "env",
  "ls",
  "true",
  "false",
  "touch",
  "seq",
  "printf",
  "mkdir",
  "head",
  "dd",
];

const run = async (program: string, args: readonly string[], cwd?: string): Promise<string> => {
  const result = await exec(program, args, { timeoutMs: 120_000, ...(cwd === undefined ? {} : { cwd }) });
  if (result.exitCode !== 0) throw new Error(`${program} ${args[0]} failed (${result.exitCode}): ${lastWords(result)}`);
  return result.stdout;
};

/** Debian's own package, fetched once through apt and unpacked without installing it. */
const staticBusybox = async (): Promise<string> => {
  const binary = join(CACHE, "bin", "busybox");
  if (existsSync(binary)) return binary;
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-busybox-"));
  try {
    await run("apt-get", ["download", "-q", "busybox-static"], folder);
    const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download busybox-static left no package");
    await run("dpkg-deb", ["-x", archive, "unpacked"], folder);
    mkdirSync(join(CACHE, "bin"), { recursive: true });
    copyFileSync(join(folder, "unpacked", "bin", "busybox"), binary);
    chmodSync(binary, 0o755);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return binary;
};

/** Makes the image when the engine does not have it. @returns its reference. */
export const tinyImage = async (): Promise<string> => {
  const present = await exec("docker", ["image", "inspect", TINY_IMAGE]);
  if (present.exitCode === 0) return TINY_IMAGE;
  const root = mkdtempSync(join(tmpdir(), "seaworthy-tiny-"));
  try {
    for (const folder of ["bin", "tmp", "www", "data"]) mkdirSync(join(root, folder));
    copyFileSync(await staticBusybox(), join(root, "bin", "busybox"));
    for (const applet of APPLETS) symlinkSync("busybox", join(root, "bin", applet));
    const archive = `${root}.tar`;
    await run("tar", ["--owner=0", "--group=0", "--numeric-owner", "-C", root, "-cf", archive, "."]);
    await run("docker", [
      "import",
      "-c",
      "ENV PATH=/bin",
      "-c",
      'CMD ["sleep", "86400"]',
      "-c",
      "LABEL seaworthy.test=tiny",
      archive,
      TINY_IMAGE,
    ]);
    rmSync(archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return TINY_IMAGE;
};
