import type { PipelineStage, ShellCommand, ShellScript } from "./command.ts";

const stageOf = ({ pipeline, stage, group }: ShellCommand): PipelineStage | undefined =>
  pipeline === undefined ? group : { pipeline, stage };

/** All that the script runs in a pipeline's stage: more than one command in braces, or behind sudo. */
const members = ({ commands }: ShellScript, { pipeline }: PipelineStage, wanted: (stage: number) => boolean): readonly ShellCommand[] =>
  commands.filter((one) =>
    [one, ...(one.group === undefined ? [] : [one.group])].some((at) => at.pipeline === pipeline && wanted(at.stage)),
  );

/** The commands whose output a command reads, through others or at once; in the order they stand. */
export const feeding = (script: ShellScript, command: ShellCommand): readonly ShellCommand[] => {
  const own = stageOf(command);
  return own === undefined || own.stage === 0 ? [] : members(script, own, (stage) => stage < own.stage);
};

/** The commands that a command's output flows into, the nearest first. */
export const fedBy = (script: ShellScript, command: ShellCommand): readonly ShellCommand[] => {
  const own = stageOf(command);
  return own === undefined || own.stage === own.pipeline.length - 1 ? [] : members(script, own, (stage) => stage > own.stage);
};
