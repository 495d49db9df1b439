import { type Definition, dockerfileRule, NOTHING, type Rule } from "../rule.ts";

type Optional = "item" | "confidence" | "applies" | "proves";

/** A rule about the commands of a Dockerfile's scripts. That one habit is kept proves nothing about the image. Default: certain, a warning's item is the Dockerfile itself. */
export const scriptRule = (
  given: Omit<Definition<"dockerfile">, Optional> & Partial<Pick<Definition<"dockerfile">, Optional>>,
): Rule<"dockerfile"> =>
  dockerfileRule({ item: "versioned-dockerfile", confidence: "certain", applies: () => true, proves: () => NOTHING, ...given });
