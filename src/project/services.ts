import { child, type ComposeNode, type Entry, entryPlace, placeIn } from "../source/index.ts";
import { serviceSettings } from "./config/settings.ts";
import type { BuildInput, BuildSecret, FileSource, Locate, Service } from "./project.ts";
import { updatePolicyOf } from "./read/deploy.ts";
import { type Reading, report } from "./read/reading.ts";
import { replicasOf } from "./read/resources.ts";
import { type ServiceFields, serviceFields } from "./read/service-fields.ts";
import { specOf } from "./read/service-spec.ts";

export const locateIn =
  (root: ComposeNode, fallback?: Entry): Locate =>
  (...path) =>
    placeIn(root, path) ?? (fallback === undefined ? undefined : entryPlace(fallback));

const tcpPorts = ({ expose, ports }: ServiceFields): readonly number[] => [
  ...(ports ?? []).filter((port) => port.protocol === "tcp").map((port) => port.containerPort),
  ...(expose ?? []).filter((port) => port.endsWith("/tcp")).map((port) => Number.parseInt(port, 10)),
];

const buildOf = (
  { build }: ServiceFields,
  extra: readonly string[],
  secrets: ReadonlyMap<string, FileSource | undefined>,
  service: ComposeNode,
  path: string,
  reading: Reading,
): BuildInput | undefined => {
  if (build === undefined) return undefined;
  const named = [
    ...build.secrets,
    ...extra.map((id) => ({ id, source: id, node: child(child(service, "x-seaworthy"), "build") ?? service })),
  ];
  const found = named.flatMap(({ id, source, node }): readonly BuildSecret[] => {
    const known = secrets.get(source);
    if (!secrets.has(source)) report(reading, node, `${path}.build.secrets: there is no secret "${source}" under the top-level secrets`);
    return known === undefined ? [] : [{ id, source: known }];
  });
  return { ...build, secrets: [...new Map(found.map((secret) => [secret.id, secret])).values()] };
};

/** One service, resolved. Undefined after a problem that leaves nothing to build on. */
export const readService = (
  name: string,
  entry: Entry,
  secrets: ReadonlyMap<string, FileSource | undefined>,
  reading: Reading,
): Service | undefined => {
  const node = entry.value;
  const path = `services.${name}`;
  const fields = serviceFields(node, path, reading);
  if (fields === undefined) return undefined;
  const settings = serviceSettings(node, path, tcpPorts(fields), reading);
  if (child(node, "image") === undefined && child(node, "build") === undefined)
    report(reading, entryPlace(entry), `${path} has neither an image nor a build: there is nothing to run`);
  const build = buildOf(fields, settings.build.secrets, secrets, node, path, reading);
  const replicas = replicasOf(fields, node, path, reading);
  if (fields.container_name !== undefined && replicas > 1)
    report(reading, child(node, "container_name") ?? node, `${path}.container_name: one name cannot be given to ${replicas} containers`);
  const dependsOn = Object.entries(fields.depends_on ?? {}).map(([service, dependency]) => ({
    service,
    condition: dependency?.condition ?? "service_started",
    required: dependency?.required ?? true,
  }));
  const { update_config: update, rollback_config: rollback } = fields.deploy ?? {};
  return {
    name,
    spec: specOf(fields, node, path, reading),
    ...(build === undefined
      ? {}
      : { build: { ...build, platforms: settings.build.platforms.length > 0 ? settings.build.platforms : build.platforms } }),
    replicas,
    dependsOn,
    profiles: fields.profiles ?? [],
    ...(update?.order === undefined ? {} : { updateOrder: update.order }),
    ...(update === undefined ? {} : { update: updatePolicyOf(update) }),
    ...(rollback === undefined ? {} : { rollback: updatePolicyOf(rollback) }),
    ...(fields.container_name === undefined ? {} : { containerName: fields.container_name }),
    settings,
    locate: locateIn(node, entry),
  };
};
