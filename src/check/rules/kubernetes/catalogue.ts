import type { Rule } from "../../rule.ts";

/** The rules for Kubernetes objects, by name. */
export const KUBERNETES_RULES: readonly Rule<"kubernetes">[] = [];
