import type { Rule } from "../../rule.ts";

/** The rules for CI workflows, by name. */
export const WORKFLOW_RULES: readonly Rule<"workflow">[] = [];
