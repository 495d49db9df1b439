import { type Entry, entryPlace, mappingOf, type MappingNode, problemsError } from "../source/index.ts";

const wrap = (tree: MappingNode, key: string, value: MappingNode): readonly [string, Entry] => [
  key,
  { key: { ...tree, end: tree.start }, value },
];

/**
 * `.seaworthy.yaml` as the lowest layer of the compose files: its keys are those of the top-level `x-seaworthy`; under `services` stand, by service, those
 * of a service's own.
 */
export const settingsLayer = (tree: MappingNode): MappingNode => {
  const written = tree.entries.get("services");
  const services = written?.value;
  if (written !== undefined && services?.kind !== "mapping")
    throw problemsError([{ code: "INPUT_INVALID", place: entryPlace(written), message: "services: expected a mapping of services" }]);
  const project = mappingOf(
    tree,
    [...tree.entries].filter(([key]) => key !== "services"),
  );
  const layer: (readonly [string, Entry])[] = [wrap(tree, "x-seaworthy", project)];
  if (written !== undefined && services?.kind === "mapping") {
    const each = [...services.entries].map(([name, entry]): readonly [string, Entry] => [
      name,
      { key: entry.key, value: mappingOf(entry.value, [["x-seaworthy", entry]]) },
    ]);
    layer.push(["services", { key: written.key, value: mappingOf(services, each) }]);
  }
  return mappingOf(tree, layer);
};

/** Of a `.seaworthy.yaml` in a folder above the project, what it says of the checks: the rest is about another project, or none. */
export const checkLayer = (tree: MappingNode): MappingNode =>
  settingsLayer(
    mappingOf(
      tree,
      [...tree.entries].filter(([key]) => key === "check"),
    ),
  );
