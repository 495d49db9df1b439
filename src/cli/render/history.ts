import { formatDropReport, type ReleaseLine } from "../../release/index.ts";
import { ago, table } from "./table.ts";

/** A word that was said on the way, as a line has room for it. */
export const formatDecision = ({ word, who, because, step }: NonNullable<ReleaseLine["decisions"]>[number]): string => {
  const by = who === undefined ? (step ?? "") : `by ${who}`;
  return `${word === "thin" ? "not judged" : word} ${by}${because === "" ? "" : `: ${because}`}`.replace("  ", " ");
};

const formatIntervention = ({ word, service, who, why, at }: NonNullable<ReleaseLine["interventions"]>[number], now: number): string =>
  `${service} ${word} by ${who} ${ago(at, now)}${why === "" ? "" : `: ${why}`}`;

export const renderHistory = (lines: readonly ReleaseLine[], now: number): string =>
  lines.length === 0
    ? "no releases yet"
    : table(
        lines.map(
          ({
            release,
            version,
            outcome,
            serving,
            who,
            why,
            at,
            seconds,
            because,
            rollbackTo,
            repairs,
            report,
            decisions = [],
            interventions = [],
          }) => [
            `${serving ? "*" : " "} r${release}`,
            version,
            outcome,
            ago(at, now),
            who,
            [
              rollbackTo === undefined ? "" : `rollback to r${rollbackTo}`,
              repairs === undefined ? "" : `repair of r${repairs}`,
              why,
              ...decisions.map(formatDecision),
              ...interventions.map((one) => formatIntervention(one, now)),
              because ?? "",
              ...report.map(formatDropReport),
              seconds === undefined ? "" : `${seconds} s`,
            ]
              .filter((words) => words !== "")
              .join("; "),
          ],
        ),
      );
