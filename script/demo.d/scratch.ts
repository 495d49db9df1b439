import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DemoFailure } from "./failure.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
const EXAMPLE = join(ROOT, "examples", "storefront");

/** The two ports that the demo needs on this host. */
export interface Ports {
  readonly http: number;
  readonly registry: number;
}

/** Folders of one demo. Unix sockets lie in `run`, and their paths may have 107 characters at most. */
export interface Scratch {
  readonly folder: string;
  readonly app: string;
  readonly state: string;
  readonly run: string;
}

const LONGEST_RUN = 75;
export const REGISTRY_PORT = 5417;

export const makeScratch = (): Scratch => {
  const roomy = join(tmpdir(), "seaworthy-demo.XXXXXX", "run").length <= LONGEST_RUN;
  const folder = mkdtempSync(join(roomy ? tmpdir() : "/tmp", "seaworthy-demo."));
  return { folder, app: join(folder, "storefront"), state: join(folder, "state"), run: join(folder, "run") };
};

/** Nothing of the caller's own git settings or session reaches the scratch repository. */
const gitEnvironment = (date: string): NodeJS.ProcessEnv => {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  const who = { NAME: "Seaworthy demo", EMAIL: "demo@seaworthy.invalid", DATE: date };
  const people = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  return { ...own, ...Object.fromEntries(people), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
};

const run = (program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): string => {
  const done = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  if (done.status !== 0) {
    const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`.trim().split("\n");
    throw new DemoFailure(done.status === 7 || done.error !== undefined ? 7 : 1, `${program} ${args.join(" ")} failed in ${cwd}`, said);
  }
  return done.stdout.trim();
};

/**
 * When the example was last changed, so that the scratch commits are the same ones each time: equal sources, equal commits, equal digests. Now, where this
 * tree is no git clone.
 */
const exampleDate = (): number => {
  const asked = spawnSync("git", ["-C", ROOT, "log", "-1", "--format=%ct", "--", EXAMPLE], { encoding: "utf8" });
  const seconds = Number(asked.stdout?.trim());
  return asked.status === 0 && seconds > 0 ? seconds : Math.floor(Date.now() / 1000);
};

const gitOf = (app: string): ((date: number, ...args: readonly string[]) => string) => {
  return (date, ...args) => run("git", ["-c", "core.autocrlf=false", ...args], app, gitEnvironment(`${date} +0000`));
};

const commit = (app: string, date: number, version: string, message: string): string => {
  const git = gitOf(app);
  git(date, "add", "--all");
  git(date, "commit", "--quiet", "--message", message);
  git(date, "tag", `v${version}`);
  return git(date, "rev-parse", "--short=12", "HEAD");
};

/** A repository of its own with version 1 as its first commit. @returns the commit, and what was changed to fit this machine, a line each. */
export const commitV1 = ({ app }: Scratch, ports: Ports): { readonly commit: string; readonly changes: readonly string[] } => {
  const date = exampleDate();
  cpSync(EXAMPLE, app, { recursive: true });
  for (const stray of [".env", "secrets", "node_modules"]) rmSync(join(app, stray), { recursive: true, force: true });
  gitOf(app)(date, "init", "--quiet", "--initial-branch=main");
  const repinned = run(join(ROOT, "script", "bases", "repin"), [app], app, process.env);
  const changes = repinned === "" ? [] : repinned.split("\n");
  if (ports.registry !== REGISTRY_PORT) {
    const compose = join(app, "compose.yaml");
    const text = readFileSync(compose, "utf8");
    writeFileSync(compose, text.replace(/^x-seaworthy:\n/m, `x-seaworthy:\n  registry: {port: ${ports.registry}}\n`));
    changes.push(`port ${REGISTRY_PORT} is taken, so compose.yaml names ${ports.registry} for the embedded registry`);
  }
  mkdirSync(join(app, "secrets"), { mode: 0o755 });
  const password = join(app, "secrets", "db_password");
  writeFileSync(password, randomBytes(16).toString("hex"));
  chmodSync(password, 0o444);
  writeFileSync(join(app, ".env"), `STOREFRONT_PORT=${ports.http}\n`);
  return { commit: commit(app, date, "1.0.0", "Storefront 1.0.0"), changes };
};

/** The second version as the next commit: a source-only change. */
export const commitV2 = ({ app }: Scratch): string => {
  const date = exampleDate() + 60;
  gitOf(app)(date, "apply", "v2.patch");
  return commit(app, date, "2.0.0", "Storefront 2.0.0: free delivery over 50.00");
};
