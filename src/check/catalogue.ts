import { SCRIPT_RULES } from "./packages/catalogue.ts";
import type { AnyRule } from "./rule.ts";
import { COMPOSE_FILE_RULES } from "./rules/compose-file/catalogue.ts";
import { COMPOSE_RULES } from "./rules/compose/catalogue.ts";
import { CONTEXT_RULES } from "./rules/context/catalogue.ts";
import { DOCKERFILE_RULES } from "./rules/dockerfile/catalogue.ts";
import { IMAGE_RULES } from "./rules/image/catalogue.ts";
import type { RuleKind } from "./subject.ts";

/** The rules that a project and its images are judged by. */
export const BASE_RULES: readonly AnyRule[] = [
  ...COMPOSE_RULES,
  ...COMPOSE_FILE_RULES,
  ...CONTEXT_RULES,
  ...IMAGE_RULES,
  ...DOCKERFILE_RULES,
  ...SCRIPT_RULES,
];

/** Kinds whose rules are loaded when a file of the kind is there: to load them costs as much as to judge a small repository. Their names are in later-names.ts. */
const LATER = [
  ["kubernetes", async (): Promise<readonly AnyRule[]> => (await import("./rules/kubernetes/catalogue.ts")).KUBERNETES_RULES],
  ["workflow", async (): Promise<readonly AnyRule[]> => (await import("./rules/workflow/catalogue.ts")).WORKFLOW_RULES],
] as const satisfies readonly (readonly [RuleKind, () => Promise<readonly AnyRule[]>])[];

/** The rules that judge these kinds of files, and all that judge projects and images. Default: every rule there is. */
export const loadRules = async (kinds?: ReadonlySet<RuleKind>): Promise<readonly AnyRule[]> => {
  const later = await Promise.all(LATER.flatMap(([kind, load]) => (kinds === undefined || kinds.has(kind) ? [load()] : [])));
  return [...BASE_RULES, ...later.flat()];
};
