import { SeaworthyError } from "../../core/index.ts";
import type { ReleaseService } from "../manifest.ts";

/** Services so that each comes after what it depends on; otherwise by name. @throws INPUT_INVALID on a cycle. */
export const inDependencyOrder = (services: readonly ReleaseService[]): readonly ReleaseService[] => {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered: ReleaseService[] = [];
  const state = new Map<string, "visiting" | "done">();
  const visit = (service: ReleaseService, path: readonly string[]): void => {
    if (state.get(service.name) === "done") return;
    if (state.get(service.name) === "visiting")
      throw new SeaworthyError("INPUT_INVALID", `depends_on goes in a circle: ${[...path, service.name].join(" -> ")}`);
    state.set(service.name, "visiting");
    for (const { service: name } of service.dependsOn.toSorted((a, b) => a.service.localeCompare(b.service))) {
      const dependency = byName.get(name);
      if (dependency !== undefined) visit(dependency, [...path, service.name]);
    }
    state.set(service.name, "done");
    ordered.push(service);
  };
  for (const service of services.toSorted((a, b) => a.name.localeCompare(b.name))) visit(service, []);
  return ordered;
};
