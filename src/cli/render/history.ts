import { formatDropReport, type ReleaseLine } from "../../release/index.ts";
import { ago, table } from "./table.ts";

export const renderHistory = (lines: readonly ReleaseLine[], now: number): string =>
  lines.length === 0
    ? "no releases yet"
    : table(
        lines.map(({ release, version, outcome, serving, who, why, at, seconds, because, rollbackTo, report }) => [
          `${serving ? "*" : " "} r${release}`,
          version,
          outcome,
          ago(at, now),
          who,
          [
            rollbackTo === undefined ? "" : `rollback to r${rollbackTo}`,
            why,
            because ?? "",
            ...report.map(formatDropReport),
            seconds === undefined ? "" : `${seconds} s`,
          ]
            .filter((words) => words !== "")
            .join("; "),
        ]),
      );
