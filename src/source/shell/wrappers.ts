import type { Argument } from "./command.ts";

interface Wrapper {
  /** Options that take the next argument. */
  readonly valued?: readonly string[];
  /** Arguments of its own that stand before the program: the time of `timeout 5 make`. */
  readonly own?: number;
}

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ["sudo", { valued: ["-u", "-g", "-C", "-h", "-p", "-r", "-t", "-U", "-D", "-R", "-T", "--user", "--group"] }],
  ["doas", { valued: ["-u", "-C"] }],
  ["env", { valued: ["-u", "-C", "--unset", "--chdir"] }],
  ["exec", { valued: ["-a"] }],
  ["command", {}],
  ["builtin", {}],
  ["nohup", {}],
  ["time", { valued: ["-f", "-o"] }],
  ["nice", { valued: ["-n", "--adjustment"] }],
  ["ionice", { valued: ["-c", "-n"] }],
  ["timeout", { valued: ["-k", "-s", "--kill-after", "--signal"], own: 1 }],
  ["stdbuf", { valued: ["-i", "-o", "-e"] }],
  ["chroot", { valued: [], own: 1 }],
  ["gosu", { own: 1 }],
  ["su-exec", { own: 1 }],
  ["setpriv", {}],
  ["eatmydata", {}],
  ["fakeroot", {}],
  ["xvfb-run", { valued: ["-n", "-s", "--server-args"] }],
  ["xargs", { valued: ["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--arg-file", "--delimiter", "--max-args", "--max-procs"] }],
]);

const SHELLS = /^(?:ba|da|z|k|mk|a)?sh$/;
export const isShellName = (name: string): boolean => SHELLS.test(name);

/** What a command runs: another command, from that argument on, or the text of an argument as a script of that shell. */
export type Wrapped =
  | { readonly kind: "command"; readonly from: number; readonly assignments: readonly Argument[] }
  | { readonly kind: "script"; readonly argument: Argument; readonly options: readonly string[] };

const scriptOf = (args: readonly Argument[]): Wrapped | undefined => {
  const options: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const text = args[at]?.text ?? "";
    if (!/^[-+]/.test(text)) {
      const argument = args[at];
      return argument !== undefined && options.some((one) => /^-[a-z]*c/.test(one)) ? { kind: "script", argument, options } : undefined;
    }
    options.push(text);
    if (/^[-+][a-z]*o$/.test(text) || text === "--rcfile" || text === "--init-file") {
      at += 1;
      options.push(args[at]?.text ?? "");
    }
  }
  return undefined;
};

export const wrappedBy = (name: string, args: readonly Argument[]): Wrapped | undefined => {
  if (SHELLS.test(name)) return scriptOf(args);
  if (name === "su" || name === "runuser") {
    const at = args.findIndex((arg) => arg.text === "-c" || arg.text === "--command");
    const argument = at < 0 ? undefined : args[at + 1];
    return argument === undefined ? undefined : { kind: "script", argument, options: [] };
  }
  const wrapper = WRAPPERS.get(name);
  if (wrapper === undefined) return undefined;
  const assignments: Argument[] = [];
  let own = wrapper.own ?? 0;
  for (let at = 0; at < args.length; at += 1) {
    const one = args[at];
    if (one === undefined) break;
    if (wrapper.valued?.includes(one.text) === true) at += 1;
    else if ((name === "env" || name === "sudo") && /^[A-Za-z_]\w*=/.test(one.text)) assignments.push(one);
    else if (one.text.startsWith("-") && one.text !== "-") continue;
    else if (own > 0) own -= 1;
    else return { kind: "command", from: at, assignments };
  }
  return undefined;
};
