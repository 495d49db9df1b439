import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { exec, lastWords } from "../../../src/core/index.ts";
import { type Docker, dockerAt, inside, type Place } from "./docker.ts";
import { createScratch, noteChild, type Scratch } from "./scratch.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
/** The package of this run (engine-setup.ts); without one the working copy is called. */
const publishedIn = (): string | undefined => process.env["SEAWORTHY_E2E_PACKAGE"];
/** Layers are compressed once for all runs; apart from the user's own cache. */
const CACHE = join(ROOT, "node_modules/.cache/seaworthy-e2e");

/** How one call of the CLI ended. */
export interface Result {
  /** Undefined when a signal ended it. */
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as a person saw them. */
  readonly said: string;
  readonly seconds: number;
}

/** A call of the CLI that is under way, in a process of its own. */
export interface Call {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
}

export interface CallOptions {
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A program that runs it, with its arguments, as `setpriv`. */
  readonly through?: readonly string[];
}

/** One installation of the product in a scratch state, with a project in a git repository of its own. */
export interface Installation extends AsyncDisposable {
  readonly scratch: Scratch;
  readonly place: Place;
  readonly docker: Docker;
  readonly project: string;
  readonly projectFolder: string;
  readonly httpPort: number;
  readonly registryPort: number;
  /** The proxy, from here, and the host name that the project answers to. */
  readonly url: string;
  readonly host: string;
  /** Starts the CLI as a user does. */
  call(args: readonly string[], options?: CallOptions): Call;
  /** Runs the CLI to its end. */
  seaworthy(args: readonly string[], options?: CallOptions): Promise<Result>;
  /** `seaworthy ... --json`, parsed. @throws when it does not end with `exit` */
  json(args: readonly string[], exit?: number): Promise<Record<string, unknown>>;
  /** Writes the files and commits them, with a version tag when one is given. */
  commit(files: Readonly<Record<string, string>>, tag?: string): Promise<void>;
  git(args: readonly string[]): Promise<string>;
}

/** A TCP port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === "string" ? reject(new Error("no port")) : resolvePort(address.port)));
    });
  });

export interface InstallationOptions {
  /** Folder that becomes the repository's first commit, v1.0.0. */
  readonly from: string;
  readonly project: string;
  readonly host: string;
  /** Changes the copy before it is committed. */
  readonly prepare?: (folder: string) => void | Promise<void>;
  /** Makes an engine of its own for this test; absent: the machine's. */
  readonly engine?: (scratch: Scratch) => Promise<Place & { readonly address: string }>;
}

const run = async (cwd: string, program: string, args: readonly string[]): Promise<string> => {
  const result = await exec(program, args, { cwd, timeoutMs: 60_000 });
  if (result.exitCode !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${lastWords(result)}`);
  return result.stdout.trim();
};

const started = (program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Call => {
  const begunMs = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr, said] = ["", "", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    said += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    said += text;
  });
  const ended = new Promise<Result>((resolveResult, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolveResult({ exit: code ?? undefined, stdout, stderr, said, seconds: Math.round(performance.now() - begunMs) / 1000 }),
    );
  });
  // A test that kills it and looks elsewhere is not told of it here.
  ended.catch(() => undefined);
  return { child, ended };
};

export const createInstallation = async ({ from, project, host, prepare, engine }: InstallationOptions): Promise<Installation> => {
  await using undo = new AsyncDisposableStack();
  const scratch = undo.use(await createScratch({ engine: engine === undefined ? "machine" : "own" }));
  const place = engine === undefined ? { address: "127.0.0.1" } : await engine(scratch);
  const projectFolder = join(scratch.folder, "project");
  cpSync(from, projectFolder, { recursive: true });
  await prepare?.(projectFolder);
  const [httpPort, registryPort] = [await freePort(), await freePort()];
  const git = (args: readonly string[]): Promise<string> =>
    run(projectFolder, "git", ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false", ...args]);
  await git(["init", "-q", "-b", "main"]);
  await git(["add", "-A"]);
  await git(["commit", "-q", "-m", "first"]);
  await git(["tag", "v1.0.0"]);
  mkdirSync(CACHE, { recursive: true });

  const published = publishedIn();
  const command = published === undefined ? [join(ROOT, "seaworthy")] : [process.execPath, join(published, "package/bin/seaworthy.js")];
  const environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_|TEST$|npm_|SEAWORTHY_|DOCKER_)/.test(name))),
    SEAWORTHY_STATE: scratch.state,
    SEAWORTHY_RUN: scratch.run,
    XDG_CACHE_HOME: CACHE,
    NO_COLOR: "1",
    ...(published === undefined ? {} : { NODE_COMPILE_CACHE: join(published, "compiled") }),
    E2E_HTTP_PORT: String(httpPort),
    E2E_REGISTRY_PORT: String(registryPort),
    ...(place.dockerHost === undefined ? {} : { DOCKER_HOST: place.dockerHost }),
  };
  const call = (args: readonly string[], { env = {}, cwd = projectFolder, through = [] }: CallOptions = {}): Call => {
    const [first = "", ...rest] = [...through, ...command, ...args];
    const [program, all] = inside(place, first, rest);
    const begun = started(program, all, cwd, { ...environment, ...env });
    noteChild(scratch, begun.child.pid);
    if (process.env["E2E_VERBOSE"] !== undefined)
      void begun.ended.then(({ exit, seconds }) => console.log(`seaworthy ${args.join(" ")}: exit ${exit ?? "by signal"}, ${seconds} s`));
    return begun;
  };
  const seaworthy = (args: readonly string[], options?: CallOptions): Promise<Result> => call(args, options).ended;
  const done = undo.move();
  return {
    scratch,
    place,
    docker: dockerAt(place),
    project,
    projectFolder,
    httpPort,
    registryPort,
    url: `http://${place.address}:${httpPort}`,
    host,
    call,
    seaworthy,
    git,
    json: async (args, exit = 0) => {
      const result = await seaworthy([...args, "--json"]);
      if (result.exit !== exit)
        throw new Error(`seaworthy ${args.join(" ")} ended with ${result.exit}, not ${exit}:\n${result.said.slice(-3000)}`);
      return JSON.parse(result.stdout) as Record<string, unknown>;
    },
    commit: async (files, tag) => {
      for (const [path, text] of Object.entries(files)) writeFileSync(join(projectFolder, path), text);
      await git(["add", "-A"]);
      await git(["commit", "-q", "--allow-empty", "-m", tag ?? "change"]);
      if (tag !== undefined) await git(["tag", tag]);
    },
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  };
};
