import type { Action, Demand } from "../auth/index.ts";
import { isRepository } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import { repositoryName } from "./names.ts";

export type RouteKind = "base" | "catalog" | "blob" | "manifest" | "tags" | "referrers" | "uploads" | "upload";

/** What a request is about, and what it needs. The same reading decides on rights and on the handler, so the two cannot differ. */
export interface Route {
  readonly kind: RouteKind;
  readonly repository: string;
  /** Tag, digest or upload id; empty where there is none. */
  readonly reference: string;
  readonly demand: Demand;
}

const READ = { GET: "pull", HEAD: "pull" } as const;
const ALL_PUSH = { GET: "push", HEAD: "push", PATCH: "push", PUT: "push", DELETE: "push" } as const;

/** Every method of every route and the right it needs. A method that does not stand here is answered with 405. */
const NEEDS: Readonly<Record<RouteKind, Readonly<Record<string, Action>>>> = {
  base: READ,
  catalog: READ,
  blob: { ...READ, DELETE: "delete" },
  manifest: { ...READ, PUT: "push", DELETE: "delete" },
  tags: READ,
  referrers: READ,
  uploads: { POST: "push" },
  upload: ALL_PUSH,
};

const demandOf = (kind: RouteKind, method: string, repository: string): Demand => {
  const needs = NEEDS[kind];
  const action = Object.hasOwn(needs, method) ? needs[method] : undefined;
  if (action === undefined)
    throw new Refusal(405, "UNSUPPORTED", `${method.slice(0, 20)} is not allowed here`, { allow: Object.keys(needs).join(", ") });
  if (kind === "base") return { kind: "enter" };
  return kind === "catalog" ? { kind: "list" } : { kind: "use", action, repository };
};

/** What a request needs beside its route: a mount reads another repository. */
export const demandWith = ({ kind, demand }: Route, query: URLSearchParams): Demand => {
  if (kind !== "uploads" || demand.kind !== "use" || !query.has("mount")) return demand;
  const source = query.get("from");
  return source === null || !isRepository(source) ? demand : { ...demand, source };
};

const shapeOf = (
  method: string,
  segments: readonly string[],
): { readonly kind: RouteKind; readonly behind: number; readonly reference?: string } | undefined => {
  const [beforeLast = "", last = ""] = segments.slice(-2);
  if (segments.length === 1) {
    if (segments[0] === "") return { kind: "base", behind: 1 };
    return segments[0] === "_catalog" ? { kind: "catalog", behind: 1 } : undefined;
  }
  if (segments.length >= 4 && segments.at(-3) === "blobs" && beforeLast === "uploads")
    return last === "" ? { kind: "uploads", behind: 3 } : { kind: "upload", behind: 3, reference: last };
  if (segments.length < 3) return undefined;
  if (beforeLast === "blobs" && last === "uploads" && method === "POST") return { kind: "uploads", behind: 2 };
  if (beforeLast === "blobs") return { kind: "blob", behind: 2, reference: last };
  if (beforeLast === "manifests") return { kind: "manifest", behind: 2, reference: last };
  if (beforeLast === "tags" && last === "list") return { kind: "tags", behind: 2 };
  return beforeLast === "referrers" ? { kind: "referrers", behind: 2, reference: last } : undefined;
};

/**
 * Reads the segments behind `/v2/` from the right: a repository may be called `blobs/uploads` or `tags/list`.
 * @param rename the name here of the repository that is asked for
 * @throws 404, 405, NAME_INVALID
 */
export const routeOf = (method: string, segments: readonly string[], rename: (repository: string) => string = (name) => name): Route => {
  const shape = shapeOf(method, segments);
  if (shape === undefined) throw new Refusal(404, "UNSUPPORTED", "there is nothing at this path; the registry's API begins at /v2/");
  const named = shape.kind !== "base" && shape.kind !== "catalog";
  const repository = named ? repositoryName(rename(repositoryName(segments.slice(0, -shape.behind))).split("/")) : "";
  return { kind: shape.kind, repository, reference: shape.reference ?? "", demand: demandOf(shape.kind, method, repository) };
};
