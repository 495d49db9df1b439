import { type Argument, type ShellCommand, UNKNOWN } from "../../source/shell/index.ts";

/** An option as it is given, without its dashes. */
export interface Option {
  readonly name: string;
  readonly value: Argument | string | undefined;
}

/** A command line of the usual form, read. */
export interface CommandLine {
  readonly options: readonly Option[];
  /** What is neither an option nor an option's value. */
  readonly operands: readonly Argument[];
  /** An argument whose value is not known is named as if it held options. */
  readonly mayHoldMore: boolean;
}

const OPTIONS_NAME = /\$\{?\w*(?:opt|flag|arg|param)/i;

interface Grammar {
  /** Options that take the next argument, without dashes: single letters and words. */
  readonly valued: ReadonlySet<string>;
  /** `-name` is one option, as Go's programs have it. */
  readonly singleDash?: boolean;
}

const NO_VALUES: Grammar = { valued: new Set() };

/** Reads options in any order, `-yq` as two, `--name=value`, `--`. */
export const readOptions = (args: readonly Argument[], grammar: Grammar = NO_VALUES): CommandLine => {
  const options: Option[] = [];
  const operands: Argument[] = [];
  const { valued, singleDash = false } = grammar;
  let mayHoldMore = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined) break;
    const { text } = arg;
    if (text === "--") break;
    if (text.startsWith("--") || (singleDash && text.startsWith("-") && text.length > 1)) {
      const body = text.replace(/^--?/, "");
      const equals = body.indexOf("=");
      const name = equals < 0 ? body : body.slice(0, equals);
      const next = equals < 0 && valued.has(name) ? args[at + 1] : undefined;
      if (next !== undefined) at += 1;
      options.push({ name, value: equals < 0 ? next : body.slice(equals + 1) });
    } else if (text.startsWith("-") && text.length > 1) {
      for (let letter = 1; letter < text.length; letter += 1) {
        const name = text[letter] ?? "";
        const rest = text.slice(letter + 1);
        const takes = valued.has(name);
        if (rest.startsWith("=") || (takes && rest !== "")) {
          options.push({ name, value: rest.replace(/^=/, "") });
          break;
        }
        const next = takes ? args[at + 1] : undefined;
        options.push({ name, value: next });
        if (takes) at += 1;
      }
    } else {
      if (text.startsWith(UNKNOWN) && OPTIONS_NAME.test(arg.raw)) mayHoldMore = true;
      else operands.push(arg);
    }
  }
  return { options, operands, mayHoldMore };
};

export const hasOption = ({ options, mayHoldMore }: CommandLine, ...names: readonly string[]): boolean =>
  mayHoldMore || options.some(({ name }) => names.includes(name));

const valueText = (value: Option["value"]): string => (typeof value === "string" ? value : (value?.text ?? ""));

/** The values of an option, in order; empty texts where it has none. */
export const optionValues = ({ options }: CommandLine, ...names: readonly string[]): readonly string[] =>
  options.filter(({ name }) => names.includes(name)).map(({ value }) => valueText(value));

export const isKnown = ({ text }: Argument): boolean => !text.includes(UNKNOWN);

const lines = new WeakMap<ShellCommand, CommandLine>();

/** A command's options, read once. */
export const optionsOf = (command: ShellCommand, grammar?: Grammar): CommandLine => {
  const before = lines.get(command);
  if (before !== undefined) return before;
  const line = readOptions(command.args, grammar);
  lines.set(command, line);
  return line;
};
