import type { Range } from "../../core/index.ts";
import type {
  Command,
  Dockerfile,
  EvaluatedInstruction,
  EvaluatedStage,
  Evaluation,
  Heredoc,
  Instruction,
  MappedText,
  Mount,
  RunInstruction,
} from "../dockerfile/index.ts";
import { type Argument, type ShellCommand, type ShellScript, UNKNOWN } from "./command.ts";
import { joinTexts, type LocatedText, textAt } from "./located-text.ts";
import { readScript } from "./read-script.ts";
import type { Outside } from "./variables.ts";
import { isShellName, wrappedBy } from "./wrappers.ts";

/** A script of a Dockerfile, with all that says how it is run. */
export interface DockerfileScript extends ShellScript {
  readonly kind: "run" | "cmd" | "entrypoint" | "healthcheck";
  /** `heredoc`: the body of a here-document, handed to the shell or, with a `#!` line, run as a file. */
  readonly form: "shell" | "heredoc" | "exec";
  readonly stage: EvaluatedStage;
  readonly evaluated: EvaluatedInstruction;
  /** The RUN itself; with ONBUILD, what it triggers. */
  readonly instruction: Instruction;
  readonly isOnbuild: boolean;
  readonly mounts: readonly Mount[];
  /** The shell's words, and its name: `bash`. For the exec form the name is empty. */
  readonly shell: readonly string[];
  readonly shellName: string;
  /** In the Dockerfile, of `text.slice(start, end)`. */
  readonly rangeOf: (start: number, end: number) => Range;
}

const DEFAULT_SHELL: readonly string[] = ["/bin/sh", "-c"];
const WINDOWS_SHELL: readonly string[] = ["cmd", "/S", "/C"];
const nameOf = (program: string): string =>
  program
    .slice(Math.max(program.lastIndexOf("/"), program.lastIndexOf("\\")) + 1)
    .replace(/\.exe$/i, "")
    .toLowerCase();

const outsideOf =
  ({ environment, instruction }: EvaluatedInstruction): Outside =>
  (name) => {
    const found = environment.find(name);
    // An ONBUILD runs in another build: only what is in the image goes with it.
    if (instruction.keyword === "ONBUILD" && found.state === "set" && found.variable?.kind !== "env") return undefined;
    return found.state === "unset" ? undefined : found.parts.map((part) => (typeof part === "string" ? part : UNKNOWN)).join("");
  };

/** The text of a RUN together with the bodies of its here-documents, as the shell gets it. */
const withHeredocs = (text: MappedText, heredocs: readonly Heredoc[]): LocatedText =>
  joinTexts([
    text,
    ...heredocs.flatMap((heredoc) => [
      textAt("\n", heredoc.mark.range),
      heredoc.content,
      ...(heredoc.terminator === undefined ? [] : [textAt(heredoc.name, heredoc.terminator)]),
    ]),
  ]);

interface Read {
  readonly script: ShellScript;
  readonly located: LocatedText;
  readonly form: DockerfileScript["form"];
  readonly shell: readonly string[];
}

const execScript = (words: readonly MappedText[], array: MappedText, outside: Outside): Read => {
  const [program, ...rest] = words;
  const pieces: LocatedText[] = [];
  const args: Argument[] = [];
  let at = 0;
  for (const word of words) {
    if (pieces.length > 0) {
      pieces.push(textAt(" ", word.range));
      at += 1;
    }
    pieces.push(word);
    args.push({ text: word.text, raw: word.text, isOne: true, start: at, end: at + word.length });
    at += word.length;
  }
  const located = pieces.length === 0 ? textAt("", array.range) : joinTexts(pieces);
  const name = program === undefined ? "" : nameOf(program.text);
  const wrapped = wrappedBy(name, args.slice(1));
  if (wrapped?.kind === "script") {
    const index = args.indexOf(wrapped.argument);
    const word = words[index];
    if (word !== undefined && isShellName(name)) {
      const shell = [program?.text ?? "", ...wrapped.options];
      return { script: readScript(word.text, { shell, outside }), located: word, form: "exec", shell };
    }
  }
  const command: ShellCommand = {
    name,
    program: args[0],
    args: args.slice(1),
    assignments: [],
    redirects: [],
    pipeline: undefined,
    stage: 0,
    group: undefined,
    before: undefined,
    after: undefined,
    isCondition: false,
    isConditional: false,
    isSubshell: false,
    isSubstitution: false,
    isBackground: false,
    errexit: false,
    pipefail: false,
    via: undefined,
    start: 0,
    end: at,
  };
  const inner = wrapped?.kind === "command" ? args[wrapped.from + 1] : undefined;
  const commands: readonly ShellCommand[] =
    wrapped?.kind === "command" && inner !== undefined
      ? [
          command,
          { ...command, name: nameOf(inner.text), program: inner, args: args.slice(wrapped.from + 2), via: command, start: inner.start },
        ]
      : [command];
  const script: ShellScript = {
    text: located.text,
    commands: program === undefined && rest.length === 0 ? [] : commands,
    uses: [],
    substitutions: [],
    bashisms: [],
    problems: [],
  };
  return { script, located, form: "exec", shell: [] };
};

const SHEBANG = /^#![ \t]*(\S+)([^\n]*)/;

const heredocScript = (heredoc: Heredoc, shell: readonly string[], outside: Outside): Read | undefined => {
  const [, program = "", rest = ""] = SHEBANG.exec(heredoc.body.text) ?? [];
  const named = [program, ...rest.split(/\s+/).filter((word) => word !== "")];
  const behindEnv = named.slice(1);
  const words =
    program === "" ? shell : nameOf(program) === "env" ? behindEnv.slice(behindEnv[0]?.startsWith("-") === true ? 1 : 0) : named;
  if (!isShellName(nameOf(words[0] ?? ""))) return undefined;
  return { script: readScript(heredoc.body.text, { shell: words, outside }), located: heredoc.body, form: "heredoc", shell: words };
};

const readCommand = (
  command: Command,
  shell: readonly string[],
  outside: Outside,
  { script, heredocs = [] }: Partial<Pick<RunInstruction, "script" | "heredocs">> = {},
): Read | undefined => {
  if (command.form === "exec") return execScript(command.words, command.array, outside);
  if (script !== undefined) return heredocScript(script, shell, outside);
  if (!isShellName(nameOf(shell[0] ?? ""))) return undefined;
  const located = withHeredocs(command.text, heredocs);
  return { script: readScript(located.text, { shell, outside }), located, form: "shell", shell };
};

const KINDS = { RUN: "run", CMD: "cmd", ENTRYPOINT: "entrypoint", HEALTHCHECK: "healthcheck" } as const;

/** `# hadolint shell=powershell` names the default shell of what follows. */
const PRAGMA = /^#?\s*hadolint\s+shell\s*=\s*(\S+)/;

const declaredShells = ({ comments }: Dockerfile): readonly { readonly at: number; readonly shell: string }[] =>
  comments.flatMap(({ text, range }) => {
    const shell = PRAGMA.exec(text)?.[1];
    return shell === undefined ? [] : [{ at: range.start.offset, shell }];
  });

const isWindows = ({ base }: EvaluatedStage): boolean =>
  base.kind === "image" && /windows\/|\/windows(?=[:@]|$)|nanoserver|servercore|-windowsservercore/i.test(base.image);

const scriptsOfStage = (
  declared: ReturnType<typeof declaredShells>,
  stage: EvaluatedStage,
  inherited: readonly string[] | undefined,
): { readonly scripts: readonly DockerfileScript[]; readonly shell: readonly string[] | undefined } => {
  let shell = inherited;
  const scripts: DockerfileScript[] = [];
  for (const evaluated of stage.instructions) {
    if (evaluated.instruction.keyword === "SHELL") shell = evaluated.instruction.words.map((word) => word.text);
    if (evaluated.triggeredBy !== undefined) continue;
    const isOnbuild = evaluated.instruction.keyword === "ONBUILD";
    const instruction = evaluated.instruction.keyword === "ONBUILD" ? evaluated.instruction.trigger : evaluated.instruction;
    if (instruction === undefined || !("command" in instruction) || instruction.command === undefined) continue;
    const pragma = shell === undefined ? declared.findLast(({ at }) => at < instruction.range.start.offset)?.shell : undefined;
    const inForce = shell ?? (pragma === undefined ? (isWindows(stage) ? WINDOWS_SHELL : DEFAULT_SHELL) : [pragma, "-c"]);
    const isRun = instruction.keyword === "RUN";
    // What CMD and its like refer to is known only when the container starts.
    const outside = isRun ? outsideOf(evaluated) : () => undefined;
    const read = readCommand(instruction.command, inForce, outside, isRun ? instruction : {});
    if (read === undefined) continue;
    scripts.push({
      ...read.script,
      kind: KINDS[instruction.keyword],
      form: read.form,
      stage,
      evaluated,
      instruction,
      isOnbuild,
      mounts: isRun ? instruction.mounts : [],
      shell: read.shell,
      shellName: nameOf(read.shell[0] ?? ""),
      rangeOf: read.located.rangeOf.bind(read.located),
    });
  }
  return { scripts, shell };
};

const known = new WeakMap<Evaluation, readonly DockerfileScript[]>();

/** All scripts of a Dockerfile that a shell of the Bourne family reads, and those in exec form. Made once for each evaluation. */
export const scriptsOf = (evaluation: Evaluation): readonly DockerfileScript[] => {
  const before = known.get(evaluation);
  if (before !== undefined) return before;
  const shells = new Map<EvaluatedStage, readonly string[]>();
  const declared = declaredShells(evaluation.dockerfile);
  const scripts = evaluation.stages.flatMap((stage) => {
    const inherited = stage.base.kind === "stage" ? shells.get(stage.base.stage) : undefined;
    const read = scriptsOfStage(declared, stage, inherited);
    if (read.shell !== undefined) shells.set(stage, read.shell);
    return read.scripts;
  });
  known.set(evaluation, scripts);
  return scripts;
};
