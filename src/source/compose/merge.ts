import { child, type ComposeNode, type Entry, isNull, mappingOf, type MappingNode, placeOf, type SequenceNode } from "./node.ts";
import { type Problem, problemsError } from "./problem.ts";
import { splitPort, splitVolume } from "./short-forms.ts";

const scalarText = (node: ComposeNode | undefined): string | undefined =>
  node?.kind === "scalar" && node.value !== null ? node.text : undefined;

const portIdentity = (node: ComposeNode): string | undefined => {
  const short = scalarText(node);
  const port =
    short === undefined
      ? {
          host: scalarText(child(node, "host_ip")),
          published: scalarText(child(node, "published")),
          target: scalarText(child(node, "target")),
          protocol: scalarText(child(node, "protocol")),
        }
      : splitPort(short);
  if (port?.target === undefined) return undefined;
  return `${port.host ?? "0.0.0.0"}:${port.published ?? ""}:${port.target}/${port.protocol ?? "tcp"}`;
};

const volumeIdentity = (node: ComposeNode): string | undefined => {
  const short = scalarText(node);
  return short === undefined ? scalarText(child(node, "target")) : splitVolume(short)?.target;
};

const fileIdentity =
  (folder: string) =>
  (node: ComposeNode): string | undefined => {
    const name = scalarText(node) ?? scalarText(child(node, "target")) ?? scalarText(child(node, "source"));
    return name === undefined || name.startsWith("/") ? name : `${folder}/${name}`;
  };

const pathIdentity = (node: ComposeNode): string | undefined => scalarText(node) ?? scalarText(child(node, "path"));
const tmpfsIdentity = (node: ComposeNode): string | undefined => scalarText(node)?.split(":", 1)[0];

type Identity = (node: ComposeNode) => string | undefined;

/** Lists of a service whose entries are unique; the later entry takes the place of the earlier (13-merge, "Unique resources"). */
const UNIQUE: Readonly<Record<string, Identity>> = {
  ports: portIdentity,
  volumes: volumeIdentity,
  secrets: fileIdentity("/run/secrets"),
  configs: fileIdentity(""),
  tmpfs: tmpfsIdentity,
  env_file: pathIdentity,
  label_file: scalarText,
  expose: scalarText,
  dns: scalarText,
  dns_search: scalarText,
  dns_opt: scalarText,
  cap_add: scalarText,
  cap_drop: scalarText,
  security_opt: scalarText,
  group_add: scalarText,
  profiles: scalarText,
  devices: scalarText,
  "build.platforms": scalarText,
  "build.secrets": fileIdentity("/run/secrets"),
};

/** Fields of a service that the later file replaces whole (13-merge, "Shell commands"). */
const REPLACED: ReadonlySet<string> = new Set(["command", "entrypoint", "healthcheck.test"]);

const ruleKey = (path: readonly string[]): string => (path[0] === "services" ? path.slice(2).join(".") : "");

const mergeSequences = (base: SequenceNode, over: SequenceNode, path: readonly string[]): SequenceNode => {
  const key = ruleKey(path);
  const identity =
    key.startsWith("networks.") && key.endsWith(".aliases") ? scalarText : Object.hasOwn(UNIQUE, key) ? UNIQUE[key] : undefined;
  if (identity === undefined) return { ...base, items: [...base.items, ...over.items] };
  const items = [...base.items];
  const slots = new Map(items.map((item, index) => [identity(item), index]));
  for (const item of over.items) {
    const name = identity(item);
    const slot = name === undefined ? undefined : slots.get(name);
    if (slot === undefined) items.push(item);
    else items[slot] = item;
  }
  return { ...base, items };
};

/** Options of another logging driver mean nothing to this one. */
const otherDriver = (base: MappingNode, over: MappingNode): boolean => {
  const [before, after] = [scalarText(child(base, "driver")), scalarText(child(over, "driver"))];
  return before !== undefined && after !== undefined && before !== after;
};

/** `networks: [a]` and `ipam.config` have no further rules of their own: mappings merge, sequences append. */
const mergeNodes = (base: ComposeNode, over: ComposeNode, path: readonly string[], problems: Problem[]): ComposeNode => {
  const key = ruleKey(path);
  if (over.tag === "override" || REPLACED.has(key)) return over;
  if (isNull(base)) return over;
  if (isNull(over)) return base.kind === "scalar" ? over : base;
  if (base.kind === "mapping" && over.kind === "mapping")
    return key === "logging" && otherDriver(base, over) ? over : mergeMappings(base, over, path, problems);
  if (base.kind === "sequence" && over.kind === "sequence") return mergeSequences(base, over, path);
  const ulimit = /^ulimits\.[^.]+$/.test(key) || /^extra_hosts\.[^.]+$/.test(key);
  if (base.kind === over.kind || ulimit) return over;
  problems.push({
    code: "INPUT_INVALID",
    place: placeOf(over),
    message: `${path.join(".")} is a ${over.kind} here but a ${base.kind} in ${base.source.path}:${base.source.position(base.start).line}; the two cannot be merged (use !override to replace it)`,
  });
  return over;
};

const isExtension = (key: string): boolean => key.startsWith("x-") && key !== "x-seaworthy";

function mergeMappings(base: MappingNode, over: MappingNode, path: readonly string[], problems: Problem[]): MappingNode {
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    if (entry.value.tag === "reset") entries.delete(key);
    else if (before === undefined || isExtension(key)) entries.set(key, entry);
    else {
      const value = mergeNodes(before.value, entry.value, [...path, key], problems);
      // A mapping or list that both files write belongs to the first: that is where a reader looks for it.
      entries.set(key, { key: value.kind === "scalar" || value === entry.value ? entry.key : before.key, value });
    }
  }
  return { ...base, entries };
}

const dropResets = (node: ComposeNode): ComposeNode => {
  if (node.kind === "sequence") return { ...node, items: node.items.filter((item) => item.tag !== "reset").map(dropResets) };
  if (node.kind !== "mapping") return node;
  const kept = [...node.entries].filter(([, { value }]) => value.tag !== "reset");
  return { ...node, entries: new Map(kept.map(([key, entry]) => [key, { key: entry.key, value: dropResets(entry.value) }])) };
};

/**
 * Merges canonical trees, later over earlier, as the Compose Specification says (13-merge): mappings merge, sequences append; `command`, `entrypoint` and
 * `healthcheck.test` are replaced; `ports`, `volumes`, `secrets`, `configs` and lists of names hold each thing once; `!reset` and `!override` do as they say.
 * @param sink takes what cannot be merged, and the later file's value then counts. Without it such trees are refused.
 * @throws INPUT_INVALID where one file has a mapping and the other a list, and for no tree at all.
 */
export const mergeTrees = (trees: readonly MappingNode[], sink?: Problem[]): MappingNode => {
  const [first, ...rest] = trees;
  if (first === undefined) throw problemsError([{ code: "INPUT_INVALID", message: "the compose file is empty: expected services:" }]);
  const problems: Problem[] = sink ?? [];
  const merged = rest.reduce((base, over) => mergeMappings(base, over, [], problems), first);
  if (sink === undefined && problems.length > 0) throw problemsError(problems);
  const clean = dropResets(merged);
  return clean.kind === "mapping" ? clean : mappingOf(first);
};
