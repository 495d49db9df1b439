const indented = (text: string, by: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? line : by + line))
    .join("\n");

/** A workflow with these lines in its one job. */
export const inJob = (lines: string, on = "push"): string =>
  `name: ci\non: ${on}\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n${indented(lines, "    ")}\n`;

/** A workflow whose one job has these steps. */
export const inSteps = (steps: string, on = "push"): string => inJob(`steps:\n${indented(steps, "  ")}`, on);

/** A workflow whose one job has one step, which runs this. */
export const inRun = (script: string, on = "push"): string => inSteps(`- run: |\n${indented(script, "    ")}`, on);

/** A hash as in a pin. */
export const HASH = "11bd71901bbe5b1630ceea73d27597364c9af683";
