import { entries, get, text, type Span, type YamlNode } from "../../yaml/index.ts";

export interface Scope {
  readonly name: string;
  /** `read`, `write`, `none`, or what else was written. */
  readonly level: string;
  readonly key: Span;
  readonly value: YamlNode;
}

/** What a job's token may do. `default` is the repository's setting, which for older ones is to write everything. */
export type Permissions =
  | { readonly kind: "default" }
  | { readonly kind: "all"; readonly level: "read" | "write"; readonly node: YamlNode }
  | { readonly kind: "scopes"; readonly node: YamlNode; readonly scopes: readonly Scope[] };

/** Reads `permissions:` of a workflow or job. */
export const readPermissions = (owner: YamlNode): Permissions => {
  const node = get(owner, "permissions");
  const word = text(node);
  if (node !== undefined && (word === "read-all" || word === "write-all"))
    return { kind: "all", level: word === "read-all" ? "read" : "write", node };
  if (node?.kind !== "mapping") return { kind: "default" };
  const scopes = entries(node).map(([name, { key, value }]) => ({ name, level: text(value) ?? "", key, value }));
  return { kind: "scopes", node, scopes };
};

/** A job's own permissions, else the workflow's. */
export const effectivePermissions = (workflow: Permissions, job: Permissions): Permissions => (job.kind === "default" ? workflow : job);

/** Whether the token may do something at that level. The repository's default is taken not to. */
export const grants = (permissions: Permissions, scope: string, level: "read" | "write"): boolean => {
  if (permissions.kind === "default") return false;
  if (permissions.kind === "all") return level === "read" || permissions.level === "write";
  return permissions.scopes.some((one) => one.name === scope && (one.level === "write" || one.level === level));
};
