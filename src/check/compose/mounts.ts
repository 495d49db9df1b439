import { posix } from "node:path";
import { type ComposeNode, type MappingNode, splitVolume } from "../../source/index.ts";
import { entries, flag, get, has, items, text } from "../../source/yaml/index.ts";
import { knownText, sure, UNKNOWN } from "./text.ts";

/** One entry of a service's `volumes`. */
export interface WrittenMount {
  readonly node: ComposeNode;
  /** Absolute and without `.`, `..` and doubled slashes; absent for what is no absolute path of the host, or not known. */
  readonly hostPath?: string;
  /** The named volume. */
  readonly volume?: string;
  readonly readOnly: boolean;
  readonly propagation?: string;
}

const PROPAGATION = /^r?(?:private|shared|slave)$/;

const normal = (path: string): string => {
  const clean = posix.normalize(path.replace(/^\/+/, "/"));
  return clean.length > 1 ? clean.replace(/\/$/, "") : clean;
};

const isKnownPath = (path: string): boolean => path.startsWith("/") && !path.includes(UNKNOWN);

/** A volume that is only another name for a folder of the host: the local driver with `o: bind`. */
const bindBehind = (root: MappingNode, volume: string): { path: string; readOnly: boolean } | undefined => {
  const declared = get(root, "volumes", volume);
  if (declared === undefined || flag(declared, "external") === true || has(declared, "external", "name")) return undefined;
  if ((text(declared, "driver") ?? "local") !== "local") return undefined;
  const options = (text(declared, "driver_opts", "o") ?? "").split(",").map((option) => option.trim());
  const device = sure(declared, "driver_opts", "device");
  if (device?.startsWith("/") !== true || !options.some((option) => option === "bind" || option === "rbind")) return undefined;
  return { path: normal(device), readOnly: options.includes("ro") };
};

const mountOf = (node: ComposeNode, root: MappingNode): WrittenMount | undefined => {
  const long = node.kind === "mapping";
  if (node.kind === "sequence") return undefined;
  const short = long ? undefined : splitVolume(knownText(node));
  const source = long ? sure(node, "source") : short?.source;
  const options = (short?.options ?? []).map((option) => option.trim());
  const readOnly = long ? flag(node, "read_only") === true : options.includes("ro");
  const propagation = long ? text(node, "bind", "propagation") : options.find((option) => PROPAGATION.test(option));
  const base = { node, readOnly, ...(propagation === undefined ? {} : { propagation }) };
  if (source === undefined) return base;
  if (isKnownPath(source)) return { ...base, hostPath: normal(source) };
  if (/^[.~\\]/.test(source) || source.includes(UNKNOWN)) return base;
  const behind = bindBehind(root, source);
  if (behind === undefined) return { ...base, volume: source };
  return { ...base, volume: source, hostPath: behind.path, readOnly: readOnly || behind.readOnly };
};

/** What a service mounts, in either form. Volumes that stand for a folder of the host have its path. */
export const mountsOf = (service: ComposeNode, root: MappingNode): readonly WrittenMount[] =>
  items(service, "volumes")
    .map((node) => mountOf(node, root))
    .filter((mount) => mount !== undefined);

/** The entry of a list that a path is, or lies below. */
export const below = (path: string, folders: readonly string[]): string | undefined =>
  folders.find((folder) => path === folder || path.startsWith(`${folder}/`));

const WRITERS = new WeakMap<MappingNode, ReadonlyMap<string, readonly string[]>>();

/** The services that may write to each named volume, gathered once a project. */
export const volumeWriters = (root: MappingNode): ReadonlyMap<string, readonly string[]> => {
  const known = WRITERS.get(root);
  if (known !== undefined) return known;
  const writers = new Map<string, string[]>();
  for (const [service, { value }] of entries(root, "services"))
    for (const volume of new Set(mountsOf(value, root).flatMap((mount) => (mount.readOnly ? [] : (mount.volume ?? [])))))
      writers.set(volume, [...(writers.get(volume) ?? []), service]);
  WRITERS.set(root, writers);
  return writers;
};
