import { hostname, userInfo } from "node:os";
import {
  openStateFolder,
  parseDuration,
  type Platform,
  type Progress,
  SeaworthyError,
  type StateFolder,
  systemClock,
} from "../core/index.ts";
import { createDockerEngine, type Engine } from "../engine/index.ts";
import { noteCodec } from "../inventory/index.ts";
import type { Project } from "../project/index.ts";
import { createProxy, type Proxy } from "../proxy/index.ts";
import { openReleases, type Releases } from "../release/index.ts";
import { type KeyOptions, openHarbour, type Harbour, projectContents, type Voyage } from "../ship/index.ts";
import { terminalPrompt } from "../trust/index.ts";
import { projectTags } from "../build/index.ts";
import { projectOf } from "./chosen-project.ts";
import { advisoryFolder } from "./advisory-folder.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { Context } from "./context.ts";
import type { RolloutFlags } from "./flags.ts";
import { layerNotes, readerCode } from "./layer-notes.ts";
import { progressFor } from "./progress.ts";
import { VERSION } from "./version.ts";

/** The host that this process acts on: the engine here, and its state. */
export interface Host extends Disposable {
  readonly engine: Engine;
  readonly platform: Platform;
  readonly state: StateFolder;
  readonly proxy: Proxy;
  readonly releases: Releases;
}

const who = (env: Context["process"]["env"]): string => `${env["SUDO_USER"] ?? userInfo().username}@${hostname()}`;

const refuseRemote = (env: Context["process"]["env"]): void => {
  const address = env["DOCKER_HOST"] ?? "";
  if (/^(?:ssh|tcp|https?):\/\//.test(address) && !/^tcp:\/\/(?:127\.|localhost)/.test(address))
    throw new SeaworthyError("USAGE", `DOCKER_HOST is ${address}: what changes a server runs on that server`, {
      hint: "Log in there and run the same command.",
    });
};

/** The host for what concerns all of its projects; the engine need not answer yet. @throws PERMISSION_DENIED, USAGE when DOCKER_HOST points at another machine */
export const openServer = (context: Context): Omit<Host, "platform"> => {
  const { env } = context.process;
  refuseRemote(env);
  const engine = createDockerEngine();
  const state = openStateFolder(env);
  // Each backend names its own port; this one is only for a proxy without any.
  const proxy = createProxy({ engine, state, httpPort: 80 });
  const releases = openReleases({ engine, proxy, state, who: who(env) });
  return { engine: releases.engine, state, proxy, releases, [Symbol.dispose]: () => releases[Symbol.dispose]() };
};

/** @throws ENGINE_UNREACHABLE, PERMISSION_DENIED, USAGE when DOCKER_HOST points at another machine */
export const openHost = async (context: Context, project: Project): Promise<Host> => {
  const { env } = context.process;
  refuseRemote(env);
  const engine = createDockerEngine();
  const { platform } = await engine.system.info();
  const state = openStateFolder(env);
  const { http, image } = project.settings.proxy;
  const proxy = createProxy({ engine, state, httpPort: http, ...(image === undefined ? {} : { image }) });
  const releases = openReleases({ engine, proxy, state, who: who(env) });
  return { engine: releases.engine, platform, state, proxy, releases, [Symbol.dispose]: () => releases[Symbol.dispose]() };
};

/** Key files that flags name. */
export type KeyPaths = Partial<Pick<KeyOptions, "path" | "publicPath">>;

const promptOf = (context: Context): Pick<KeyOptions, "prompt"> => {
  const prompt = context.terminal.stderr ? terminalPrompt(process.stdin, process.stderr) : undefined;
  return prompt === undefined ? {} : { prompt };
};

export const keyOptions = (context: Context, paths: KeyPaths = {}): KeyOptions => ({
  env: context.process.env,
  ...paths,
  ...promptOf(context),
});

/** Everything a stage works with, opened in order and closed in reverse whatever happens. */
export const withVoyage = async <T>(
  context: Context,
  flags: RolloutFlags,
  work: (voyage: Voyage, host: Host) => Promise<T>,
  {
    keys = {},
    progress = progressFor(context, flags),
    ...plan
  }: { readonly keys?: KeyPaths; readonly progress?: Progress } & Pick<Voyage, "sealing" | "approved" | "readsForDiff"> = {},
): Promise<T> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  await using harbour: Harbour = await openHarbour(project, host.state, context.signal);
  const tags = await projectTags(project);
  const voyage: Voyage = {
    tool: VERSION,
    project,
    contents: projectContents(project, context.signal),
    harbour,
    engine: host.engine,
    platform: host.platform,
    state: host.state,
    releases: host.releases,
    keys: keyOptions(context, keys),
    advisoryFolder: advisoryFolder(context, undefined),
    readerCode,
    layerNotes: () => layerNotes(context, { reader: "inventory", codec: noteCodec, progress }),
    cacheFolder: cacheFolder(context.process.env),
    progress,
    clock: systemClock,
    signal: context.signal,
    dryRun: flags.dryRun === true,
    why: flags.why ?? "",
    version: tags.version,
    commitTag: tags.fixed.find((tag) => tag.startsWith("sha-")) ?? tags.moving.at(-1) ?? tags.version,
    waitMs: flags.wait === undefined ? 0 : parseDuration(flags.wait),
    evidence: [],
    built: new Map(),
    images: new Map(),
    verified: [],
    ...plan,
  };
  return await work(voyage, host);
};
