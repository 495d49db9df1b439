export { findRules, RULES } from "./catalogue.ts";
export { type ContextEntry, type ContextFacts, readContext } from "./context-facts.ts";
export * from "./explain.ts";
export { readImageFacts } from "./image-facts.ts";
export { type AnyRule, type Complaint, composeRule, contextRule, imageRule, NOTHING, type Rule } from "./rule.ts";
export * from "./run.ts";
export type * from "./subject.ts";
export { type Suppressed, type Suppression } from "./suppression.ts";
