import { child, type ComposeNode, type Entry, entryPlace, isNull } from "../../source/index.ts";
import { contentSettings } from "../config/settings.ts";
import type { FileSource, ProjectNetwork, ProjectVolume } from "../project.ts";
import { object, type Reading, report } from "./reading.ts";
import { hostPath, listOf, name, text, textMap, truth } from "./scalars.ts";

const LATER = "not in this version";
const SWARM = "it belongs to Swarm";

const POOL = object({ subnet: name, gateway: name, ip_range: name }, { aux_addresses: LATER });
const NETWORK = object(
  {
    name,
    driver: name,
    driver_opts: textMap,
    external: truth,
    internal: truth,
    enable_ipv6: truth,
    labels: textMap,
    ipam: object({ config: listOf(POOL) }, { driver: LATER, options: LATER }),
  },
  { attachable: SWARM, enable_ipv4: "it needs engine API 1.47" },
);

const VOLUME = object(
  { name, driver: name, driver_opts: textMap, external: truth, labels: textMap },
  { "x-seaworthy": "backups of volumes are not in this version" },
);

const SOURCE_REFUSED = { labels: SWARM, driver: SWARM, driver_opts: SWARM, template_driver: SWARM };

// Its own x-seaworthy is read by itself.
const SECRET = object({ file: hostPath, environment: name, external: truth }, { ...SOURCE_REFUSED, name: SWARM });
const CONFIG = object({ file: hostPath, environment: name, content: text, external: truth }, { ...SOURCE_REFUSED, name: SWARM });

/** An external resource is somebody else's: only its name may be said of it. */
const onlyNamed = (fields: Readonly<Record<string, unknown>>, node: ComposeNode, path: string, reading: Reading): void => {
  if (fields["external"] !== true) return;
  const other = Object.keys(fields).find((key) => key !== "external" && key !== "name");
  if (other !== undefined)
    report(reading, child(node, other) ?? node, `${path}.${other}: an external resource is used as it is; only its name can be given`);
};

export const readNetwork = (key: string, node: ComposeNode, project: string, reading: Reading): ProjectNetwork => {
  const path = `networks.${key}`;
  const fields = NETWORK(node, path, reading) ?? {};
  onlyNamed(fields, node, path, reading);
  const pools = (fields.ipam?.config ?? []).flatMap(({ subnet, gateway, ip_range: ipRange }) => {
    if (subnet === undefined) report(reading, child(node, "ipam") ?? node, `${path}.ipam.config: a pool needs a subnet`);
    return subnet === undefined
      ? []
      : [{ subnet, ...(gateway === undefined ? {} : { gateway }), ...(ipRange === undefined ? {} : { ipRange }) }];
  });
  const external = fields.external ?? false;
  return {
    key,
    name: fields.name ?? (external ? key : `${project}_${key}`),
    external,
    driver: fields.driver ?? "bridge",
    internal: fields.internal ?? false,
    enableIpv6: fields.enable_ipv6 ?? false,
    options: fields.driver_opts ?? {},
    labels: fields.labels ?? {},
    pools,
  };
};

export const readVolume = (key: string, node: ComposeNode, project: string, reading: Reading): ProjectVolume => {
  const path = `volumes.${key}`;
  const fields = VOLUME(node, path, reading) ?? {};
  onlyNamed(fields, node, path, reading);
  const external = fields.external ?? false;
  return {
    key,
    name: fields.name ?? (external ? key : `${project}_${key}`),
    external,
    driver: fields.driver ?? "local",
    options: fields.driver_opts ?? {},
    labels: fields.labels ?? {},
  };
};

interface SourceFields {
  readonly file?: string;
  readonly environment?: string;
  readonly content?: string;
  readonly external?: boolean;
}

const FROM_ELSEWHERE = "x-seaworthy: {command: [...]}, or x-seaworthy: {plugin: {name: ..., ref: ...}}";

/** `external` says that Compose has no source for it: then its own `x-seaworthy` has, as no engine but Swarm's keeps any. */
const fileSource = (
  key: string,
  { file, environment: variable, content, external = false }: SourceFields,
  node: ComposeNode,
  path: string,
  expected: string,
  reading: Reading,
): FileSource | undefined => {
  const elsewhere = contentSettings(node, path, reading);
  const own: FileSource[] = [
    ...(file === undefined ? [] : [{ key, from: "file", path: file } as const]),
    ...(variable === undefined ? [] : [{ key, from: "environment", variable } as const]),
    ...(content === undefined ? [] : [{ key, from: "content", content } as const]),
  ];
  const written = child(node, "x-seaworthy");
  if (external && own.length > 0)
    return report(reading, node, `${path}: external says that the content is not in this file, so it can have no ${expected}`);
  if (external && written === undefined)
    return report(
      reading,
      child(node, "external") ?? node,
      `${path}.external is not supported: what an engine keeps belongs to Swarm; use ${expected}, or say where the content is: ${FROM_ELSEWHERE}`,
      "FIELD_UNSUPPORTED",
    );
  const sources: readonly FileSource[] = [...own, ...elsewhere.map((one) => ({ key, folder: reading.folder, ...one }))];
  if (sources.length === 1) return sources[0];
  // What was wrong within x-seaworthy was told there.
  if (written !== undefined && elsewhere.length === 0 && own.length === 0 && reading.problems.length > 0) return undefined;
  return report(reading, node, `${path}: expected exactly one of ${expected}, x-seaworthy.command or x-seaworthy.plugin`);
};

export const readSecret = (key: string, node: ComposeNode, reading: Reading): FileSource | undefined => {
  const fields = SECRET(node, `secrets.${key}`, reading);
  return fields === undefined ? undefined : fileSource(key, fields, node, `secrets.${key}`, "file or environment", reading);
};

export const readConfig = (key: string, node: ComposeNode, reading: Reading): FileSource | undefined => {
  const fields = CONFIG(node, `configs.${key}`, reading);
  return fields === undefined ? undefined : fileSource(key, fields, node, `configs.${key}`, "file, environment or content", reading);
};

const KEY = /^[a-zA-Z0-9._-]+$/;

/** The named things under a top-level key, in the order written; a bad name is reported and left out. */
export const namedEntries = (root: ComposeNode, section: string, reading: Reading): readonly (readonly [string, Entry])[] => {
  const node = child(root, section);
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== "mapping") {
    report(reading, node, `${section}: expected a mapping of names, got a ${node.kind}`);
    return [];
  }
  return [...node.entries].filter(([key, entry]) => {
    if (KEY.test(key)) return true;
    if (!key.startsWith("x-"))
      report(reading, entryPlace(entry), `${section}: "${key}" is not a name: expected letters, digits, ".", "_" or "-"`);
    return false;
  });
};
