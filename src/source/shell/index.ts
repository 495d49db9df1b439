export {
  type Argument,
  type Assignment,
  type PipelineOf,
  type ShellCommand,
  type ShellProblem,
  type ShellScript,
  type SubstitutionUse,
  UNKNOWN,
  type VariableUse,
} from "./command.ts";
export { type DockerfileScript, scriptsOf } from "./dockerfile-scripts.ts";
export { fedBy, feeding } from "./piped.ts";
export { readPowershell } from "./powershell.ts";
export { type ReadOptions, readScript } from "./read-script.ts";
