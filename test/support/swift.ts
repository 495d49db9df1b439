import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** A real S3 API to test against: OpenStack Swift in one process, its data in a folder of its own. */
export interface Swift extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const PYTHON = "/usr/bin/python3";
const UNPACKED = join(homedir(), ".cache", "seaworthy-bench", "swift");

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PYTHONPATH: join(UNPACKED, "usr/lib/python3/dist-packages"),
  LD_LIBRARY_PATH: join(UNPACKED, "usr/lib", `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`),
});

const runs = (): boolean =>
  spawnSync(PYTHON, ["-c", "import swift.common.middleware.s3api.s3api, xattr, pyeclib"], { env: environment(), stdio: "ignore" })
    .status === 0;

/** Debian's package and what it needs (8 MB), fetched through apt and unpacked without installing them: nothing of theirs is started. */
const unpack = (): void => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-swift-packages-"));
  try {
    const quiet = { cwd: folder, stdio: "ignore", timeout: 120_000 } as const;
    mkdirSync(join(folder, "partial"));
    const where = ["-o", `Dir::Cache::archives=${folder}`, "-o", "APT::Sandbox::User=root"];
    execFileSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "--download-only", ...where, "python3-swift"], quiet);
    mkdirSync(UNPACKED, { recursive: true });
    for (const name of readdirSync(folder)) if (name.endsWith(".deb")) execFileSync("dpkg-deb", ["-x", name, UNPACKED], quiet);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Whether Swift can be had, here or through apt. */
export const hasSwift = (): boolean => {
  if (!existsSync(PYTHON)) return false;
  if (runs()) return true;
  try {
    unpack();
  } catch {
    return false;
  }
  return runs();
};

const listening = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.stdout?.once("data", (bytes: Buffer) => resolve(bytes.toString().trim().split(" ").at(-1) ?? ""));
    child.once("exit", () => reject(new Error(`Swift ended: ${said.slice(-2000)}`)));
  });

export const startSwift = async (): Promise<Swift> => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-swift-"));
  const child = spawn(PYTHON, [new URL("./swift-s3.py", import.meta.url).pathname, folder, "0"], {
    env: environment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    // It ends with its standard input.
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const endpoint = `http://${await listening(child)}`;
    return { endpoint, bucket: "images", accessKeyId: "test:tester", secretAccessKey: "testing", [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
