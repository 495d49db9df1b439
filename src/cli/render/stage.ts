import { forTerminal } from "../../core/index.ts";
import type { StageReport, StageResult } from "../../ship/index.ts";
import type { Outcome } from "../outcome.ts";

const MARK = { passed: "✓", refused: "✗", "not-tried": "-" } as const;
const COLOUR = { passed: 32, refused: 31, "not-tried": 2 } as const;

/** A stage as a line, with every problem below it when its gate refused. */
export const renderStage = (report: StageReport, colour: boolean): string => {
  const paint = (text: string): string => (colour ? `\u001b[${COLOUR[report.state]}m${text}\u001b[0m` : text);
  // Some of these words are a container's last lines and a probe's answer.
  const words = forTerminal(report.state === "not-tried" ? `not tried: ${report.reason}` : report.words);
  const head = `${paint(MARK[report.state])} ${report.stage.padEnd(7)} ${words} (${report.seconds.toFixed(1)} s)`;
  return report.state === "refused"
    ? [head, ...report.problems.map((problem) => `    ${forTerminal(problem)}`), `  -> ${report.hint}`].join("\n")
    : head;
};

/** The outcome of a command that is one stage. */
export const stageOutcome = (stage: StageReport["stage"], result: StageResult, facts: object, human: string): Outcome => {
  const json = { schema: `seaworthy/${stage}@1`, ...facts, ...result };
  switch (result.state) {
    case "passed":
      return { exit: 0, human: [human, result.words].filter((words) => words !== "").join("\n"), json };
    case "not-tried":
      return { exit: 0, human: `not tried: ${result.reason}`, json };
    case "refused":
      return {
        exit: result.exit,
        human: forTerminal([result.words, ...result.problems.map((problem) => `  ${problem}`), `  -> ${result.hint}`].join("\n")),
        json,
      };
  }
};
