import { ERRORS, EXIT_BUG } from "../../src/core/index.ts";
import { code, table } from "./markdown.ts";

/** What each exit status promises (DESIGN, "Exit codes"); the codes below it come from the table of errors. */
const PROMISES: Readonly<Record<number, string>> = {
  1: "Refused: findings at or above the threshold, a gate, a signature, drift, or a build that fails. What serves goes on serving.",
  2: "Usage, or bad input: correct the command or the named place. Nothing was contacted that could change.",
  3: "The new release is not live. It was taken back, and the previous one serves.",
  4: "The state needs a person: going on alone could do harm.",
  5: "Paused, waits for a decision. No command of this version pauses.",
  6: "Locked by another actor, or the plan is out of date.",
  7: "Something needed is not there: the engine, the registry, the proxy, a tool, an image, advisories that are new enough.",
  8: "The machine refused: disk, port, permission, deadline.",
  130: "Interrupted by SIGINT or SIGTERM.",
};

/** docs/reference/errors.md. */
export const errorsReference = (): string => {
  const byExit = Map.groupBy(Object.entries(ERRORS), ([, { exit }]) => exit);
  const sections = [...byExit]
    .toSorted(([a], [b]) => a - b)
    .map(([exit, errors]) => {
      const promise = PROMISES[exit];
      if (promise === undefined) throw new Error(`exit status ${exit} has no sentence in script/docs.d/errors.ts`);
      const rows = errors.map(([name, { retryable, hint }]) => [code(name), retryable ? "yes" : "no", hint]);
      return `## Exit ${exit}\n\n${promise}\n\n${table(["code", "a retry can help", "hint"], rows)}`;
    });
  return [
    "# Errors and exit statuses",
    'Generated from `src/core/errors.ts`. A failure is printed on stderr as a message (what was tried, on what, what came back), its problems one a line, and `->` with the next step; with `--json` also as one line on stdout, `{"schema": "seaworthy/error@1", "code", "exit", "retryable", "message", "problems", "hint", "details"}`. A place may give a better hint than the table\'s.',
    "Exit 0 means done, with nothing to refuse.",
    ...sections,
    `## Exit ${EXIT_BUG}\n\nA bug of ours: anything thrown without a code from this table. Its stack is printed; please report it.`,
  ]
    .join("\n\n")
    .concat("\n");
};
