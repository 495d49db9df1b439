import { type Definition, dockerfileRule, NOTHING, type Rule } from "../rule.ts";

type Optional = "item" | "confidence" | "applies" | "proves";

/** A rule for every Dockerfile. Default: certain, about the Dockerfile itself, and that one habit is kept proves nothing. */
export const fileRule = (
  given: Omit<Definition<"dockerfile">, Optional> & Partial<Pick<Definition<"dockerfile">, Optional>>,
): Rule<"dockerfile"> =>
  dockerfileRule({ item: "versioned-dockerfile", confidence: "certain", applies: () => true, proves: () => NOTHING, ...given });
