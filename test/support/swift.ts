import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
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
/** Where `script/swift` unpacks Debian's packages when they are not installed. */
const UNPACKED = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "seaworthy", "swift");

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PYTHONPATH: join(UNPACKED, "usr/lib/python3/dist-packages"),
  LD_LIBRARY_PATH: join(UNPACKED, "usr/lib", `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`),
});

/** Why there is none, for a test that is passed over; undefined when there is. */
export const swiftMissing = (): string | undefined => {
  if (!existsSync(PYTHON)) return "there is no Python";
  const { status } = spawnSync(PYTHON, ["-c", "import swift.common.middleware.s3api.s3api, xattr, pyeclib"], {
    env: environment(),
    stdio: "ignore",
  });
  return status === 0 ? undefined : "Debian's python3-swift is neither installed nor unpacked: script/swift unpacks it";
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
