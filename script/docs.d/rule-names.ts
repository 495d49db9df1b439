import { RULES } from "../../src/check/index.ts";

/** src/check/later-names.ts. */
export const laterNames = (): string => {
  const lines = RULES.filter(({ kind }) => kind === "kubernetes" || kind === "workflow").map(({ id, aliases }) =>
    [id, ...aliases].join(" "),
  );
  return `/** The rules that are loaded when files of their kind are there, in the catalogue's order: id and aliases. Written by script/docs.ts, from the rules. */
export const LATER_NAMES = \`
${lines.join("\n")}
\`;
`;
};
