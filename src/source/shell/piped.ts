import type { PipelineStage, ShellCommand, ShellScript } from "./command.ts";

const stageOf = ({ pipeline, stage, group }: ShellCommand): PipelineStage | undefined =>
  pipeline === undefined ? group : { pipeline, stage };

/** What a pipeline runs, by stage: more than one command of a stage in braces, or behind sudo. */
interface Stages {
  readonly stages: readonly number[];
  readonly commands: readonly ShellCommand[];
}

const pipelinesOf = ({ commands }: ShellScript): ReadonlyMap<unknown, Stages> => {
  const found = new Map<unknown, { readonly stage: number; readonly command: ShellCommand }[]>();
  for (const command of commands)
    for (const { pipeline, stage } of command.group === undefined ? [command] : [command, command.group])
      if (pipeline !== undefined) {
        const known = found.get(pipeline);
        if (known === undefined) found.set(pipeline, [{ stage, command }]);
        else known.push({ stage, command });
      }
  return new Map(
    [...found].map(([pipeline, all]): readonly [unknown, Stages] => {
      const sorted = all.toSorted((one, other) => one.stage - other.stage);
      return [pipeline, { stages: sorted.map(({ stage }) => stage), commands: sorted.map(({ command }) => command) }];
    }),
  );
};

const known = new WeakMap<ShellScript, ReadonlyMap<unknown, Stages>>();

const NONE: Stages = { stages: [], commands: [] };

/** A hostile script pipes thousands of commands into each other, and each of them is asked about: the list is made once. */
const stagesOf = (script: ShellScript, { pipeline }: PipelineStage): Stages => {
  const pipelines = known.get(script) ?? pipelinesOf(script);
  known.set(script, pipelines);
  return pipelines.get(pipeline) ?? NONE;
};

/** Where the first command of a stage at or after this one is. */
const firstFrom = (stages: readonly number[], stage: number): number => {
  let low = 0;
  let high = stages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stages[middle] ?? stage) < stage) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The commands whose output a command reads, through others or at once; in the order they stand. */
export const feeding = (script: ShellScript, command: ShellCommand): readonly ShellCommand[] => {
  const own = stageOf(command);
  if (own === undefined || own.stage === 0) return [];
  const { stages, commands } = stagesOf(script, own);
  return commands.slice(0, firstFrom(stages, own.stage));
};

/** The commands that a command's output flows into, the nearest first. */
export const fedBy = (script: ShellScript, command: ShellCommand): readonly ShellCommand[] => {
  const own = stageOf(command);
  if (own === undefined || own.stage === own.pipeline.length - 1) return [];
  const { stages, commands } = stagesOf(script, own);
  return commands.slice(firstFrom(stages, own.stage + 1));
};
