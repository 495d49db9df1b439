import { canonicalJson, type Digest, type Json } from "../core/index.ts";
import type { ReleaseManifest, ReleaseService } from "./manifest.ts";

/** What a release changes of a service. Settings are named, never shown: a value may be anybody's secret. */
export interface ServiceDiff {
  readonly service: string;
  readonly change: "added" | "removed" | "changed";
  /** Only where it changed; `from` is absent for one that is added, `to` for one that is removed. */
  readonly image?: { readonly from?: Digest; readonly to?: Digest };
  /** Dotted names: `environment.PGHOST`, `resources.memoryBytes`, `secret db_password`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What would be different from the live release, before anybody approves it. */
export interface ReleaseDiff {
  /** Absent when nothing is live. */
  readonly from?: { readonly release: number; readonly version: string; readonly commit?: string };
  readonly to: { readonly version: string; readonly commit?: string; readonly dirty: boolean };
  /** Those that differ, by name. */
  readonly services: readonly ServiceDiff[];
  /** `network front`, `volume data`: by kind and key. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

type Leaves = ReadonlyMap<string, string>;

const isMapping = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every setting under its dotted name; a list is one setting, and so is an empty mapping. */
const leaves = (value: Json | undefined, name: string): readonly (readonly [string, string])[] => {
  if (value === undefined) return [];
  if (!isMapping(value) || Object.keys(value).length === 0) return [[name, canonicalJson(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, name === "" ? key : `${name}.${key}`));
};

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const versioned = (kind: string, versions: Readonly<Record<string, string>>): Leaves =>
  new Map(Object.entries(versions).map(([key, version]) => [`${kind} ${key}`, version]));

const settingsOf = ({ name: _, image: __, spec, secretVersions, configVersions, ...rest }: ReleaseService): Leaves =>
  new Map([
    ...leaves(asJson(spec), ""),
    ...leaves(asJson(rest), ""),
    ...versioned("secret", secretVersions),
    ...versioned("config", configVersions),
  ]);

const compared = (before: Leaves, now: Leaves): Pick<ServiceDiff, "added" | "removed" | "changed"> => ({
  added: [...now.keys()].filter((key) => !before.has(key)).toSorted(),
  removed: [...before.keys()].filter((key) => !now.has(key)).toSorted(),
  changed: [...now].flatMap(([key, value]) => (before.has(key) && before.get(key) !== value ? [key] : [])).toSorted(),
});

const NONE = { added: [], removed: [], changed: [] } as const;

const serviceDiff = (before: ReleaseService | undefined, now: ReleaseService | undefined): readonly ServiceDiff[] => {
  if (now === undefined)
    return before === undefined ? [] : [{ service: before.name, change: "removed", image: { from: before.image.digest }, ...NONE }];
  if (before === undefined) return [{ service: now.name, change: "added", image: { to: now.image.digest }, ...NONE }];
  const settings = compared(settingsOf(before), settingsOf(now));
  const image = before.image.digest === now.image.digest ? undefined : { from: before.image.digest, to: now.image.digest };
  if (image === undefined && [settings.added, settings.removed, settings.changed].every((keys) => keys.length === 0)) return [];
  return [{ service: now.name, change: "changed", ...(image === undefined ? {} : { image }), ...settings }];
};

const parts = ({ networks, volumes }: Pick<ReleaseManifest, "networks" | "volumes">): Leaves =>
  new Map([
    ...networks.map((network) => [`network ${network.key}`, canonicalJson(asJson(network))] as const),
    ...volumes.map((volume) => [`volume ${volume.key}`, canonicalJson(asJson(volume))] as const),
  ]);

/** Pure: what the release would change of the live one. */
export const releaseDiff = (
  live: { readonly release: number; readonly manifest: ReleaseManifest } | undefined,
  next: ReleaseManifest,
): ReleaseDiff => {
  const before = new Map(live?.manifest.services.map((service) => [service.name, service]));
  const now = new Map(next.services.map((service) => [service.name, service]));
  const names = [...new Set([...before.keys(), ...now.keys()])].toSorted();
  const commit = (source: ReleaseManifest["source"]): { readonly commit?: string } =>
    source === undefined ? {} : { commit: source.commit };
  return {
    ...(live === undefined ? {} : { from: { release: live.release, version: live.manifest.version, ...commit(live.manifest.source) } }),
    to: { version: next.version, ...commit(next.source), dirty: next.source?.dirty ?? false },
    services: names.flatMap((name) => serviceDiff(before.get(name), now.get(name))),
    ...compared(parts(live?.manifest ?? { networks: [], volumes: [] }), parts(next)),
  };
};
