import type { ScalarNode, YamlNode } from "../yaml/index.ts";

interface Written {
  readonly node: ScalarNode;
  /** As written, trimmed. */
  readonly text: string;
}

/** `owner/repo[/path]@ref`: an action or a reusable workflow of a repository. */
export interface RepositoryUses extends Written {
  readonly kind: "repository";
  readonly owner: string;
  readonly repo: string;
  /** `owner/repo`, in lower case: GitHub's names are case-insensitive. */
  readonly slug: string;
  /** Without a slash before it; empty for the repository's own action. */
  readonly path: string;
  /** Undefined when none is written, which GitHub refuses. */
  readonly ref: string | undefined;
  /** A whole commit hash, or a tag or branch that its owner can move. */
  readonly pin: "hash" | "ref" | "none";
}

/** `docker://image`. */
export interface DockerUses extends Written {
  readonly kind: "docker";
  readonly image: string;
}

/** `./path` of the checked-out tree, or `$/path` of the workflow's own repository and commit. */
export interface LocalUses extends Written {
  readonly kind: "local";
  readonly path: string;
  readonly form: "workspace" | "repository";
}

export type Uses = RepositoryUses | DockerUses | LocalUses;

const REPOSITORY = /^([^/@\s]+)\/([^/@\s]+)((?:\/[^@]*)?)(?:@(\S+))?$/;
const HASH = /^(?:[\da-f]{40}|[\da-f]{64})$/i;

/** Parses the value of `uses:`. Undefined for what is none of its forms, templates among them. */
export const readUses = (node: YamlNode | undefined): Uses | undefined => {
  if (node?.kind !== "scalar" || node.value === null) return undefined;
  const text = node.text.trim();
  if (text.startsWith("docker://")) return { kind: "docker", node, text, image: text.slice("docker://".length) };
  if (/^\.{1,2}(?:[/\\]|$)/.test(text)) return { kind: "local", node, text, path: text, form: "workspace" };
  if (text.startsWith("$/")) return { kind: "local", node, text, path: text, form: "repository" };
  const [, owner, repo, path = "", ref] = REPOSITORY.exec(text) ?? [];
  if (owner === undefined || repo === undefined || text.includes("${{")) return undefined;
  const pin = ref === undefined ? "none" : HASH.test(ref) ? "hash" : "ref";
  return { kind: "repository", node, text, owner, repo, slug: `${owner}/${repo}`.toLowerCase(), path: path.replace(/^\//, ""), ref, pin };
};

/**
 * Whether a pattern means what is used: `owner/repo` and `owner/repo/path` exactly that, `owner/repo/*` any part of it, `owner/*` anything of its owner, `*`
 * everything; with `@ref` only at that. Case does not matter.
 */
export const usesMatches = (uses: RepositoryUses, pattern: string): boolean => {
  const [wanted = "", ref] = pattern.toLowerCase().split("@");
  if (ref !== undefined && ref !== uses.ref?.toLowerCase()) return false;
  if (wanted === "*") return true;
  const full = uses.path === "" ? uses.slug : `${uses.slug}/${uses.path.toLowerCase()}`;
  if (!wanted.endsWith("/*")) return full === wanted;
  const folder = wanted.slice(0, -2);
  return full === folder || full.startsWith(`${folder}/`);
};
