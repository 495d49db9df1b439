import { SeaworthyError } from "../../core/index.ts";
import { explainRule, loadRules, rulesDocument, rulesNamed } from "../../check/index.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";

export type Flags = OutputFlags;

export const run = reporting<Flags, [string?]>(async (_context, _flags, name): Promise<Outcome> => {
  const rules = await loadRules();
  if (name === undefined)
    return {
      exit: 0,
      human: table(rules.map(({ id, item, severity, summary }) => [id, severity, item, summary])),
      json: rulesDocument(rules),
    };
  const found = rulesNamed(rules, name);
  if (found.length === 0)
    throw new SeaworthyError("USAGE", `there is no rule "${name}"`, { hint: "seaworthy explain without a name lists them." });
  return {
    exit: 0,
    human: found.map(explainRule).join("\n\n"),
    json: rulesDocument(found),
  };
});
