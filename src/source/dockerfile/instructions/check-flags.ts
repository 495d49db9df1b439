import { withSuggestion } from "../suggest.ts";
import type { Context } from "./context.ts";

/** `truth`: with or without `=true` and `=false`. `text`: needs a value. `list`: may be repeated. */
type Kind = "truth" | "text" | "list";

const NONE: Readonly<Record<string, Kind>> = {};
const COPIES = { chown: "text", chmod: "text", link: "truth", exclude: "list" } as const;

/** The flags of every instruction. Source: frontend/dockerfile/instructions/parse.go of moby/buildkit. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  ADD: { ...COPIES, "keep-git-dir": "truth", checksum: "text", unpack: "truth" },
  COPY: { ...COPIES, from: "text", parents: "truth" },
  FROM: { platform: "text" },
  RUN: { mount: "list", device: "list", network: "text", security: "text" },
  HEALTHCHECK: { interval: "text", timeout: "text", "start-period": "text", "start-interval": "text", retries: "text" },
};
/** BuildKit does not look at flags of these. */
const UNCHECKED = new Set(["STOPSIGNAL", "ARG", "UNKNOWN"]);

const complaint = (flag: Context["base"]["flags"][number], kind: Kind, seen: ReadonlySet<string>): string | undefined => {
  const name = `--${flag.name}`;
  if (seen.has(flag.name) && kind !== "list") return `duplicate flag specified: ${name}`;
  if (kind !== "truth") return flag.value === undefined ? `missing a value on flag: ${name}` : undefined;
  if (flag.value === undefined) return undefined;
  if (flag.value.text === "") return `missing a value on flag: ${name}`;
  return /^(?:true|false)$/i.test(flag.value.text) ? undefined : `expecting boolean value for flag ${name}, not: ${flag.value.text}`;
};

/** Reports flags that the instruction has not, that need a value or stand twice. */
export const checkFlags = ({ base, keyword, report }: Context): void => {
  if (base.flags.length === 0 || UNCHECKED.has(keyword)) return;
  const known = FLAGS[keyword] ?? NONE;
  const seen = new Set<string>();
  for (const flag of base.flags) {
    const kind = Object.hasOwn(known, flag.name) ? known[flag.name] : undefined;
    const message =
      kind === undefined ? withSuggestion(`unknown flag: --${flag.name}`, flag.name, Object.keys(known)) : complaint(flag, kind, seen);
    if (message !== undefined) report("flag", message, flag.word.range);
    seen.add(flag.name);
  }
};
