import { formatByteSize } from "../../core/index.ts";
import type { PrunedThing, PruneReport } from "../../ship/index.ts";
import { table } from "./table.ts";

/** A digest is cut to what a person compares. */
const short = (name: string): string => name.replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, "$1");

const size = ({ sizeBytes }: PrunedThing): string => (sizeBytes === undefined ? "" : formatByteSize(sizeBytes));

const rows = (things: readonly PrunedThing[]): string =>
  table(
    things.map((one) => [`  ${one.kind}`, short(one.name), size(one), one.because === undefined ? one.why : `${one.why}; ${one.because}`]),
  );

const part = (head: string, things: readonly PrunedThing[]): readonly string[] => (things.length === 0 ? [] : [head, rows(things)]);

/** What went or would go, what could not, and in a dry run what stays, each with its reason. */
export const renderPruned = ({ things, busy, freedBytes, dryRun }: PruneReport): string => {
  const going = things.filter(({ goes }) => goes);
  const gone = going.filter(({ outcome }) => dryRun || outcome === "removed");
  const bytes = formatByteSize(freedBytes);
  return [
    ...part(dryRun ? "would go:" : "removed:", gone),
    ...part(
      "could not be removed:",
      going.filter((one) => !gone.includes(one)),
    ),
    ...(dryRun
      ? part(
          "stays:",
          things.filter(({ goes }) => !goes),
        )
      : []),
    ...busy.map(({ project, because }) => `${project} was left out: ${because}`),
    going.length === 0 ? "nothing to remove" : dryRun ? `frees at least ${bytes}` : `freed ${bytes}`,
  ].join("\n");
};
