import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { fakeClock, parsePlatform, silentProgress } from "../../core/index.ts";
import { createFakeEngine, type FakeEngineOptions } from "../../engine/index.ts";
import { createRegistryClient } from "../../image/index.ts";
import { loadProject } from "../../project/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import { startRegistry } from "../../registry/index.ts";
import { type DeployOptions, openReleases, type ReleaseManifest, type Releases, type RolloutOutcome } from "../../release/index.ts";
import { projectContents } from "../content.ts";
import type { Voyage } from "../voyage.ts";

export interface VoyageOptions extends FakeEngineOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly dryRun?: boolean;
  /** How a rollout ends. Default: live at once. */
  readonly outcome?: (manifest: ReleaseManifest) => RolloutOutcome;
}

export interface TestVoyage {
  readonly voyage: Voyage;
  /** Every release that a stage asked for. */
  readonly deployed: (DeployOptions & { readonly manifest: ReleaseManifest })[];
}

/** A voyage of a project in a folder of its own: an engine and a proxy in memory, an embedded registry that really serves, rollouts that end as told. */
export const startVoyage = async ({
  files,
  environment,
  dryRun = false,
  outcome,
  ...engineOptions
}: VoyageOptions): Promise<TestVoyage> => {
  const root = mkdtempSync(join(tmpdir(), "sw-voyage-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "shop");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const project = await loadProject({ folder, env: {}, git: false, ...(environment === undefined ? {} : { environment }) });
  const state = { folder: join(root, "state"), runFolder: join(root, "run"), uuid: "00000000-0000-4000-8000-000000000001" };
  mkdirSync(state.folder);
  const registry = await startRegistry({
    dataFolder: join(root, "registry"),
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
  });
  const client = createRegistryClient();
  onTestFinished(async () => {
    client.close();
    await registry.close();
  });
  const engine = createFakeEngine(engineOptions);
  const clock = fakeClock();
  const opened = openReleases({ engine, proxy: createFakeProxy(), state, who: "ann@here", clock });
  onTestFinished(() => opened[Symbol.dispose]());
  const deployed: TestVoyage["deployed"] = [];
  const releases: Releases = {
    ...opened,
    deploy: async (manifest, options) => {
      deployed.push({ ...options, manifest });
      return outcome?.(manifest) ?? { state: "live", release: 7, reports: [], seconds: 1.5 };
    },
  };
  const voyage: Voyage = {
    tool: "0.0.0",
    project,
    contents: projectContents(project, new AbortController().signal),
    harbour: { client, address: registry.address, serve: async () => undefined, [Symbol.asyncDispose]: async () => undefined },
    engine,
    platform: parsePlatform("linux/amd64"),
    state,
    releases,
    keys: { env: {} },
    advisoryFolder: join(root, "advisories"),
    cacheFolder: join(root, "cache"),
    progress: silentProgress,
    clock,
    signal: new AbortController().signal,
    dryRun,
    why: "because",
    version: "1.2.3",
    commitTag: "sha-0123456789ab",
    waitMs: 0,
    evidence: [],
    built: new Map(),
    images: new Map(),
    verified: [],
  };
  return { voyage, deployed };
};
