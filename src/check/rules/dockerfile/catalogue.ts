import type { Rule } from "../../rule.ts";

/** The rules for Dockerfiles, by name. */
export const DOCKERFILE_RULES: readonly Rule<"dockerfile">[] = [];
