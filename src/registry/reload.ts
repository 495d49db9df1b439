import { isSeaworthyError, SeaworthyError, wordsOf } from "../core/index.ts";
import type { LogEntry } from "./http/service.ts";
import type { MirrorListeners } from "./mirror-listeners.ts";
import { type Mirrors, mirrorSettings, type MirrorSettings } from "./mirror/index.ts";
import type { CurrentPolicy } from "./policy/current.ts";
import { readPolicy } from "./policy/policy.ts";
import type { Count } from "./watch/index.ts";
import type { RegistrySettings } from "./policy/settings-schema.ts";

export interface ReloadReport {
  /** Sections of `registry.yaml` that say something else than what was in effect; none when it says the same. */
  readonly changed: readonly string[];
  readonly dryRun: boolean;
}

/** Reads `registry.yaml` again and takes all of it into effect, or nothing. @throws INPUT_INVALID, FIELD_UNKNOWN, PORT_TAKEN ... with the old settings in effect */
export type Reload = (options: { readonly dryRun: boolean }) => Promise<ReloadReport>;

interface Ports {
  readonly dataFolder: string;
  readonly policy: CurrentPolicy;
  readonly mirrors: Mirrors;
  readonly listeners: MirrorListeners;
  readonly log: (entry: LogEntry) => void;
  readonly count: Count;
}

type MirrorEntry = RegistrySettings["mirrors"][number];

/** Mirrors by what the file says of them. The same words give the same value, so that what did not change goes on. */
export const createMirrorSettings = (dataFolder: string): ((entries: readonly MirrorEntry[]) => readonly MirrorSettings[]) => {
  let known = new Map<string, MirrorSettings>();
  return (entries) => {
    known = new Map(
      entries.map((entry) => {
        const words = JSON.stringify(entry);
        return [words, known.get(words) ?? mirrorSettings(entry, dataFolder)];
      }),
    );
    return [...known.values()];
  };
};

const SECTIONS = ["repositories", "mirrors", "retain", "trash", "gc", "scrub"] as const satisfies readonly (keyof RegistrySettings)[];

export const createReload = (
  first: RegistrySettings,
  { dataFolder, policy, mirrors, listeners, log, count }: Ports,
  settingsOf: ReturnType<typeof createMirrorSettings>,
): Reload => {
  let inEffect = first;
  const reload: Reload = async ({ dryRun }) => {
    const next = readPolicy(dataFolder);
    if (JSON.stringify(inEffect.storage) !== JSON.stringify(next.settings.storage))
      throw new SeaworthyError(
        "FIELD_UNSUPPORTED",
        "registry.yaml says something else of storage, which is read when the registry starts",
        {
          hint: "Take the change back, or start the registry again. Nothing was changed.",
        },
      );
    const changed = SECTIONS.filter((section) => JSON.stringify(inEffect[section]) !== JSON.stringify(next.settings[section]));
    if (dryRun || changed.length === 0) return { changed, dryRun };
    if (changed.includes("mirrors")) {
      const settings = settingsOf(next.settings.mirrors);
      const takeMirrors = mirrors.prepare(settings);
      const takeListeners = await listeners.prepare(settings);
      takeMirrors();
      takeListeners();
    }
    policy.replace(next);
    inEffect = next.settings;
    return { changed, dryRun };
  };
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: of two at once the second one's file counts.
  return (options) => {
    const turn = last.then(() => reload(options));
    last = turn.then(
      ({ changed, dryRun }) => {
        if (dryRun) return;
        count("seaworthy_registry_settings_reloads_total", ["done"]);
        log({ level: "info", message: `registry.yaml was read again; changed: ${changed.join(", ") || "nothing"}` });
      },
      (error: unknown) => {
        if (options.dryRun) return;
        count("seaworthy_registry_settings_reloads_total", ["refused"]);
        const why = isSeaworthyError(error) && error.problems.length > 1 ? error.problems.join("; ") : wordsOf(error);
        log({ level: "error", message: `registry.yaml was refused, and the settings stay as they were: ${why}` });
      },
    );
    return turn;
  };
};
