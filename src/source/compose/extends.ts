import { dirname, resolve } from "node:path";
import { SeaworthyError } from "../../core/index.ts";
import type { TreesOf } from "./include.ts";
import { mergeTrees } from "./merge.ts";
import { child, type ComposeNode, type Entry, mappingOf, type MappingNode, placeOf } from "./node.ts";
import { type Problem, problemsOf } from "./problem.ts";
import { rebaseService } from "./rebase.ts";

const MAX_DEPTH = 32;

const text = (node: ComposeNode | undefined): string | undefined =>
  node?.kind === "scalar" && typeof node.value === "string" ? node.text : undefined;

const without = (node: MappingNode, key: string): MappingNode => ({
  ...node,
  entries: new Map([...node.entries].filter(([name]) => name !== key)),
});

/** Two services merged by the rules for services. */
const mergeServices = (base: MappingNode, over: MappingNode, sink: Problem[]): MappingNode => {
  const wrapped = [base, over].map((service) => {
    const services = mappingOf(service, [["service", { key: service, value: service }]]);
    return mappingOf(service, [["services", { key: service, value: services }]]);
  });
  const merged = child(child(mergeTrees(wrapped, sink), "services"), "service");
  return merged?.kind === "mapping" ? { ...merged, source: over.source, start: over.start, end: over.end } : over;
};

/**
 * A canonical tree whose services hold what they take over through `extends` (Compose Specification, 05-services): the service of another file or of this
 * one, and what that one extends in turn. The key itself stays, so that who honours it not can say so. Problems go to the sink.
 */
export const resolveExtends = (tree: MappingNode, folder: string, treesOf: TreesOf, sink: Problem[]): MappingNode => {
  const resolved = (within: MappingNode, from: string, name: string, trail: readonly string[]): MappingNode | undefined => {
    const service = child(child(within, "services"), name);
    if (service?.kind !== "mapping") return undefined;
    const written = child(service, "extends");
    if (written === undefined) return service;
    const target = text(written) ?? text(child(written, "service"));
    const file = text(child(written, "file"));
    const fault = (message: string): MappingNode => {
      sink.push({ code: "INPUT_INVALID", place: placeOf(written), message: `services.${name}.extends: ${message}` });
      return service;
    };
    if (target === undefined) return fault("expected a service to extend");
    const path = file === undefined ? undefined : resolve(from, file);
    const step = `${path ?? ""}#${target}`;
    if (trail.includes(step) || trail.length >= MAX_DEPTH) return fault(`it goes in a circle through ${target}`);
    try {
      const [other] = path === undefined ? [within] : treesOf(path);
      const base = other === undefined ? undefined : resolved(other, path === undefined ? from : dirname(path), target, [...trail, step]);
      if (base === undefined) return fault(`there is no service "${target}"${file === undefined ? "" : ` in ${file}`}`);
      const moved = path === undefined ? base : rebaseService(base, dirname(path));
      return moved.kind === "mapping" ? mergeServices(without(moved, "extends"), service, sink) : service;
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error;
      sink.push(...problemsOf(error).map((problem) => ({ place: placeOf(written), ...problem })));
      return service;
    }
  };
  const services = tree.entries.get("services");
  if (services?.value.kind !== "mapping") return tree;
  const each = [...services.value.entries].map(([name, entry]): [string, Entry] => [
    name,
    { key: entry.key, value: resolved(tree, folder, name, []) ?? entry.value },
  ]);
  return {
    ...tree,
    entries: new Map(tree.entries).set("services", { key: services.key, value: { ...services.value, entries: new Map(each) } }),
  };
};
