import type { ShellCommand } from "../../source/shell/index.ts";

/** A program with its arguments as texts. */
export interface Invocation {
  readonly name: string;
  readonly args: readonly string[];
}

const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  npx: [],
  uvx: [],
  bunx: [],
  bundle: ["exec"],
  pipx: ["run"],
  poetry: ["run"],
  uv: ["run"],
  pdm: ["run"],
  hatch: ["run"],
  pnpm: ["exec", "dlx"],
  yarn: ["dlx", "exec"],
};

const bare = (program: string): string => program.slice(program.lastIndexOf("/") + 1).replace(/(?<=.)(?:==|@).*$/, "");

const once = ({ name, args }: Invocation): Invocation | undefined => {
  if (/^(?:python|py)[\d.]*$/.test(name)) {
    const at = args.indexOf("-m");
    const module = at < 0 ? undefined : args[at + 1];
    return module === undefined ? undefined : { name: module, args: args.slice(at + 2) };
  }
  const verbs = Object.hasOwn(RUNNERS, name) ? RUNNERS[name] : undefined;
  if (verbs === undefined) return undefined;
  const rest = args.filter((arg, index) => !(arg.startsWith("-") && args.slice(0, index).every((before) => before.startsWith("-"))));
  if (verbs.length > 0 && !verbs.includes(rest[0] ?? "")) return undefined;
  const inner = (verbs.length > 0 ? rest.slice(1) : rest).filter(
    (arg, index, all) => !(all.slice(0, index + 1).every((one) => /^-|^\w+=(?!=)/.test(one)) && /^-|^\w+=(?!=)/.test(arg)),
  );
  const [program, ...words] = inner;
  return program === undefined ? undefined : { name: bare(program), args: words };
};

/** The program that really runs: behind `bundle exec`, `python -m`, `pipx run` and the like. What sudo, env and their like run is a command of its own. */
export const unwrapped = (command: ShellCommand): Invocation => {
  let found: Invocation = { name: command.name, args: command.args.map(({ text }) => text) };
  for (let depth = 0; depth < 4; depth += 1) {
    const inner = once(found);
    if (inner === undefined) return found;
    found = inner;
  }
  return found;
};
