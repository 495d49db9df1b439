import { usesMatches } from "../../../source/workflow/index.ts";
import { get, has, text } from "../../../source/yaml/index.ts";
import { ciRule, isStrict } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { type StepPlace, stepsOf, usesSpot } from "../../workflow/look.ts";

const isOf = ({ step }: StepPlace, action: string): boolean => step.uses?.kind === "repository" && usesMatches(step.uses, action);

/** Whether an upload takes the working tree whole, `.git` included. */
const uploadsAll = (place: StepPlace): boolean =>
  isOf(place, "actions/upload-artifact") &&
  (text(place.step.with, "path") ?? "")
    .split("\n")
    .some((path) => /^(?:\.{1,2}\/?|\$\{\{\s*github\.workspace\s*\}\}\/?)$/i.test(path.trim()));

const keeps = ({ step }: StepPlace): "yes" | "meant" | "no" => {
  if (step.with?.kind === "scalar" && step.with.value !== null) return "meant";
  const written = text(step.with, "persist-credentials")?.trim().toLowerCase();
  if (written === "false") return "no";
  return written === "true" ? "meant" : "yes";
};

export const persistedCredentials = ciRule({
  id: "workflow/persisted-credentials",
  aliases: ["zizmor:artipacked"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  confidence: "likely",
  summary: "A checkout does not leave its token in the working tree.",
  why: "By default actions/checkout writes the job's token into the git configuration, where every later step can read it, and where an artifact or image made of the tree takes it out.",
  source: "https://github.com/actions/checkout#usage",
  examples: [
    {
      bad: inSteps(`- uses: actions/checkout@${HASH} # v4.2.2`),
      good: inSteps(`- uses: actions/checkout@${HASH} # v4.2.2\n  with:\n    persist-credentials: false`),
    },
  ],
  *check(subject) {
    for (const places of Map.groupBy(stepsOf(subject.file), ({ job }) => job).values()) {
      const uploads = places.filter(uploadsAll);
      for (const place of places.filter((one) => isOf(one, "actions/checkout"))) {
        const kept = keeps(place);
        const leaks = uploads.some((upload) => upload.step.index > place.step.index);
        if (kept === "no" || (kept === "meant" && !isStrict(subject)) || (uploads.length > 0 && !leaks) || place.step.uses === undefined)
          continue;
        const value = get(place.step.with, "persist-credentials");
        yield {
          at: usesSpot(place.step.uses),
          ...(leaks ? { severity: "error", confidence: "certain" } : {}),
          message: leaks
            ? "the checkout leaves its token in the tree, and a later step uploads the whole tree"
            : "the checkout leaves its token in the tree for every later step",
          advice: "Set persist-credentials: false; a step that pushes can be given the token itself.",
          ...(value !== undefined && has(place.step.with, "persist-credentials")
            ? { fix: { path: subject.source.path, edits: [{ offset: value.start, length: value.end - value.start, text: "false" }] } }
            : {}),
        };
      }
    }
  },
});
