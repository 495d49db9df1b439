import { type Selector, selects } from "./selector.ts";
import type { Pod } from "./pod.ts";
import type { Resource } from "./resource.ts";

/** All objects that are looked at together, so that one can be asked for another. */
export interface Manifests {
  readonly resources: readonly Resource[];
  readonly ofKind: (...kinds: readonly string[]) => readonly Resource[];
  /** By kind and name, in a namespace: one that is not written is the same as any other that is not. */
  readonly find: (kind: string, name: string, namespace: string | undefined) => Resource | undefined;
  /** Workloads whose pods a selector takes, in a namespace. */
  readonly selectedBy: (selector: Selector, namespace: string | undefined) => readonly (Resource & { readonly pod: Pod })[];
}

/** `default` is what is meant by no namespace, unless a command says otherwise. */
export const sameNamespace = (a: string | undefined, b: string | undefined): boolean => (a ?? "default") === (b ?? "default");

export const isWorkload = (resource: Resource): resource is Resource & { readonly pod: Pod } => resource.pod !== undefined;

export const manifestsOf = (resources: readonly Resource[]): Manifests => {
  const byKind = Map.groupBy(resources, (resource) => resource.kind);
  const workloads = resources.filter(isWorkload);
  return {
    resources,
    ofKind: (...kinds) => kinds.flatMap((kind) => byKind.get(kind) ?? []),
    find: (kind, name, namespace) =>
      byKind.get(kind)?.find((resource) => resource.name === name && sameNamespace(resource.namespace, namespace)),
    selectedBy: (selector, namespace) =>
      workloads.filter((resource) => sameNamespace(resource.namespace, namespace) && selects(selector, resource.pod.labels)),
  };
};
