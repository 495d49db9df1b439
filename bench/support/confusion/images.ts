import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec, lastWords } from "../../../src/core/index.ts";

const APP = join(import.meta.dirname, "app");

/** `base`: an image of script/setup's; `packages`: Debian's, unpacked into an empty root; neither: nothing but our own binary. */
interface Recipe {
  readonly base?: string;
  readonly packages?: readonly string[];
  readonly config?: string;
}

const IMAGES = {
  node: { base: "seaworthy/nodejs:24" },
  /** With a shell, which is dash. */
  "node-dash": { base: "seaworthy/node:24-slim" },
  python: { packages: ["python3"], config: 'ENTRYPOINT ["/usr/bin/python3", "/app/server.py"]' },
  static: { config: 'ENTRYPOINT ["/app/server"]' },
  busybox: { base: "seaworthy/probe:1", config: "ENTRYPOINT []" },
  postgres: { base: "seaworthy/postgres:15" },
  nginx: { packages: ["nginx-light"], config: 'ENTRYPOINT ["/usr/sbin/nginx", "-c", "/app/nginx.conf"]\nSTOPSIGNAL SIGQUIT' },
  haproxy: { packages: ["haproxy"], config: 'ENTRYPOINT ["/usr/sbin/haproxy", "-f", "/app/haproxy.cfg"]\nSTOPSIGNAL SIGUSR1' },
  jvm: {
    packages: ["openjdk-17-jdk-headless"],
    config:
      'ENTRYPOINT ["/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "/app/Server.java"]',
  },
} as const satisfies Readonly<Record<string, Recipe>>;

export type ImageName = keyof typeof IMAGES;

const run = async (program: string, args: readonly string[]): Promise<string> => {
  const result = await exec(program, args, { timeoutMs: 300_000 });
  if (result.exitCode !== 0) throw new Error(`${program} ${args[0] ?? ""} failed (${result.exitCode}): ${lastWords(result)}`);
  return result.stdout.trim();
};

/** The image, made when the engine does not have it: its tag follows from all that it is made of. @returns its reference */
export const confusionImage = async (name: ImageName): Promise<string> => {
  const { base, packages, config = "" }: Recipe = IMAGES[name];
  const files = readdirSync(APP).toSorted();
  const hash = createHash("sha256").update(JSON.stringify([base, packages, config]));
  for (const file of files) hash.update(file).update(readFileSync(join(APP, file)));
  if (base !== undefined) hash.update(await run("docker", ["image", "inspect", "--format", "{{.Id}}", base]));
  const reference = `seaworthy-bench/confusion-${name}:${hash.digest("hex").slice(0, 12)}`;
  if ((await exec("docker", ["image", "inspect", reference])).exitCode === 0) return reference;
  const context = mkdtempSync(join(tmpdir(), "seaworthy-confusion-"));
  try {
    cpSync(APP, join(context, "app"), { recursive: true });
    await run("gcc", ["-O2", "-static", "-o", join(context, "app/server"), join(APP, "server.c")]);
    const skip = ["man/*", "doc/*", "locale/*", "icons/*"].map((path) => `--dpkgopt=path-exclude=/usr/share/${path}`);
    const java = ["jmods/*", "lib/src.zip"].map((path) => `--dpkgopt=path-exclude=/usr/lib/jvm/*/${path}`);
    if (packages !== undefined)
      await run("mmdebstrap", [
        "--variant=extract",
        `--include=${["base-files", ...packages].join(",")}`,
        ...skip,
        ...java,
        "bookworm",
        join(context, "root.tar"),
      ]);
    const from = base === undefined ? `FROM scratch\n${packages === undefined ? "" : "ADD root.tar /\n"}` : `FROM ${base}\n`;
    writeFileSync(join(context, "Dockerfile"), `${from}COPY app /app\n${config}\n`);
    await run("docker", ["build", "-q", "-t", reference, context]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return reference;
};
