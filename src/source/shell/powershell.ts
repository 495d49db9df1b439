import { type Argument, type PipelineOf, type ShellCommand, type ShellScript, UNKNOWN } from "./command.ts";
import { masked, type Stretch } from "./read-script.ts";

const WORD = /(?:`[\s\S]|"(?:`[\s\S]|""|[^"`])*"|'(?:''|[^'])*'|[^\s|;&`"'])+/y;
const GAP = /(?:[ \t]|`\r?\n)+/y;
const COMMENT = /<#[\s\S]*?#>|#[^\n]*/y;
const BREAK = /\r?\n|;|&&|\|\||[{}()]/y;
const REDIRECT = /^[\d*]?>>?$/;
const EXPANSION = /\$(?:\{[^}]*\}|\([^)]*\)|[\w:?$^]+)|\0+/g;

const MAX_SCRIPT = 262_144;

const match = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
};

const textOf = (word: string): string => {
  const inner = word.replace(/^(["'])([\s\S]*)\1$/, "$2");
  return word.startsWith("'") ? inner.replace(/\0+/g, UNKNOWN) : inner.replace(EXPANSION, UNKNOWN);
};

/** What is being read: the words of a command, and the pipeline it stands in. */
interface Open {
  words: Argument[];
  stages: (readonly Argument[])[];
}

const commandOf = (words: readonly Argument[], pipeline: PipelineOf | undefined, stage: number): ShellCommand | undefined => {
  const at = words.findIndex(({ raw }) => REDIRECT.test(raw));
  const plain = at < 0 ? words : words.filter((_, index) => index !== at && index !== at + 1);
  const [program, ...args] = plain;
  if (program === undefined) return undefined;
  return {
    name: program.text.startsWith(UNKNOWN) ? UNKNOWN : program.text.slice(program.text.search(/[^/\\]*$/)),
    program,
    args,
    assignments: [],
    redirects: at < 0 ? [] : [{ operator: words[at]?.raw ?? ">", target: words[at + 1] }],
    pipeline,
    stage,
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
    start: program.start,
    end: words.at(-1)?.end ?? program.end,
  };
};

const pipelineOf = (stages: Open["stages"]): readonly ShellCommand[] => {
  const [start, end] = [stages[0]?.[0]?.start ?? 0, stages.at(-1)?.at(-1)?.end ?? 0];
  const pipeline = stages.length < 2 ? undefined : { length: stages.length, pipefail: false, start, end };
  return stages.flatMap((words, stage) => commandOf(words, pipeline, stage) ?? []);
};

/**
 * Reads a PowerShell script as far as rules about programs and files need it: words, quotes, pipes, redirections. Its grammar has nothing in common with that of
 * sh, so this is no second reader of the same. Never throws; what lies within blocks counts as commands one behind the other.
 */
export const readPowershell = (text: string, opaque: readonly Stretch[] = []): ShellScript => {
  const empty = { text, uses: [], substitutions: [], bashisms: [] };
  if (text.length > MAX_SCRIPT)
    return { ...empty, commands: [], problems: [{ message: `the script is longer than ${MAX_SCRIPT} characters`, at: 0, isLimit: true }] };
  const script = masked(text, opaque);
  const commands: ShellCommand[] = [];
  const open: Open = { words: [], stages: [] };
  const closeStage = (): void => {
    if (open.words.length > 0) open.stages.push(open.words);
    open.words = [];
  };
  const close = (): void => {
    closeStage();
    commands.push(...pipelineOf(open.stages));
    open.stages = [];
  };
  for (let at = 0; at < script.length;) {
    const gap = match(GAP, script, at).length;
    const comment = match(COMMENT, script, at).length;
    const end = match(BREAK, script, at).length;
    if (gap > 0) at += gap;
    else if (comment > 0) at += comment;
    else if (end > 0) {
      close();
      at += end;
    } else if (script[at] === "|") {
      closeStage();
      at += 1;
    } else {
      const word = match(WORD, script, at);
      if (word !== "") {
        const raw = text.slice(at, at + word.length);
        open.words.push({ text: textOf(word), raw, isOne: true, start: at, end: at + word.length });
      }
      at += Math.max(1, word.length);
    }
  }
  close();
  return { ...empty, commands, problems: [] };
};
