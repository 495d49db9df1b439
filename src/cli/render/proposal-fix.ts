import { forTerminal } from "../../core/index.ts";
import { unifiedDiff } from "../../report/index.ts";
import type { ProposalFix } from "../../trial/index.ts";

const shown = (value: ProposalFix["proposals"][number]["value"]): string =>
  typeof value === "object" ? `[${value.join(", ")}]` : String(value);

/** What became of the proposals of `trial --fix`: what was written and where, what stays as it is, what was refused and why. */
export const renderProposalFix = ({ files, proposals }: ProposalFix, dryRun: boolean): string => {
  const of = (outcome: ProposalFix["proposals"][number]["outcome"]) => proposals.filter((one) => one.outcome === outcome);
  const [written, already, refused] = [of("written"), of("already"), of("refused")];
  const name = ({ service, path, value }: ProposalFix["proposals"][number]): string => `${service}.${path.join(".")}: ${shown(value)}`;
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${forTerminal(line)}`)];
  const paths = files.map(({ path }) => path).join(", ");
  return [
    ...(dryRun ? files.map(({ path, before, after }) => unifiedDiff(path, before, after)) : []),
    ...section(
      `${dryRun ? "would write" : "written"} into ${paths}:`,
      written.map((one) => `${name(one)}   # ${one.because}`),
    ),
    ...section(
      "left as it is written, which does as much or more:",
      already.map((one) => name(one)),
    ),
    ...section(
      "not written:",
      refused.map((one) => `${name(one)}: ${one.why ?? ""}`),
    ),
    ...(proposals.length === 0 ? ["nothing is proposed, so nothing is written"] : []),
    ...(written.length > 0 && !dryRun ? ["Run the trial again: what was written has not been tried together."] : []),
  ].join("\n");
};

/** `fixed` of `seaworthy/trial@1`. */
export const proposalFixDocument = ({ files, proposals }: ProposalFix, dryRun: boolean): object => ({
  dryRun,
  files: files.map(({ path }) => path),
  proposals,
});
