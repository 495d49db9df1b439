import { BASE_RULES } from "./catalogue.ts";
import { rulesNamed } from "./names.ts";
import type { AnyRule } from "./rule.ts";
import { KUBERNETES_RULES } from "./rules/kubernetes/catalogue.ts";
import { WORKFLOW_RULES } from "./rules/workflow/catalogue.ts";

/** Every rule, by kind. The folders under rules/ hold exactly these (catalogue.test.ts). Commands use loadRules, which loads what they need. */
export const RULES: readonly AnyRule[] = [...BASE_RULES, ...KUBERNETES_RULES, ...WORKFLOW_RULES];

/** Every rule that a name means. */
export const findRules = (text: string): readonly AnyRule[] => rulesNamed(RULES, text);
