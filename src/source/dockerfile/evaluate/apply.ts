import { posix } from "node:path";
import { quoted, type Report } from "../diagnostic.ts";
import type { Stage } from "../dockerfile.ts";
import type { Command, Instruction, KeyValueInstruction, ListInstruction, ValueInstruction } from "../instructions/instruction.ts";
import type { MappedText } from "../mapped-text.ts";
import { knownText, type Parts } from "../words/parts.ts";
import { type ExpandedWord, partsOf } from "./evaluation.ts";
import type { Scope } from "./environment.ts";
import { parseExposed } from "./ports.ts";
import type { CommandValue, ConfigDraft, Setting } from "./settings.ts";
import { isSignal } from "./signal.ts";

const DEFAULT_SHELL = ["/bin/sh", "-c"];

/** What applying one instruction needs to know and may change. */
export interface Application {
  readonly instruction: Instruction;
  readonly stage: Stage;
  readonly draft: ConfigDraft;
  readonly scope: Scope;
  readonly words: ReadonlyMap<MappedText, ExpandedWord>;
  readonly report: Report;
}

const settingOf = <Value>({ instruction, stage }: Application, value: Value, range = instruction.head): Setting<Value> => ({
  value,
  by: { instruction, stage, range },
});

const applyPairs = (application: Application, { keyword, pairs }: KeyValueInstruction): void => {
  const { draft, scope } = application;
  for (const pair of pairs) {
    const name = knownText(partsOf(application, pair.key));
    const parts = partsOf(application, pair.value);
    if (name === undefined || name === "") continue;
    const setting = settingOf(application, parts, { start: pair.key.range.start, end: pair.value.range.end });
    (keyword === "ENV" ? draft.env : draft.labels).set(name, setting);
    if (keyword === "ENV") scope.define({ name, kind: "env", parts, range: pair.key.range });
  }
};

/** Longer than any kernel takes (limits.h, PATH_MAX), or of more parts than a path has folders. */
const MAX_PATH = 4096;
const MAX_PARTS = 256;

const bounded = (parts: Parts): Parts =>
  parts.length > MAX_PARTS || (knownText(parts)?.length ?? 0) > MAX_PATH ? [{ unknown: "WORKDIR", why: "too-long" }] : parts;

const joinWorkdir = (before: Parts | undefined, wanted: Parts): Parts => {
  const [first] = wanted;
  if (typeof first === "string" && first.startsWith("/")) return wanted;
  const [base, path] = [before === undefined ? undefined : knownText(before), knownText(wanted)];
  if (base !== undefined && path !== undefined) return [posix.join("/", base, path)];
  const relative = typeof first === "string";
  return relative ? [...(before ?? [{ unknown: "WORKDIR", why: "base-image" }]), "/", ...wanted] : wanted;
};

const applyValue = (application: Application, { keyword, value }: ValueInstruction): void => {
  if (value === undefined) return;
  const { draft, report } = application;
  const parts = partsOf(application, value);
  const setting = settingOf(application, parts, value.range);
  if (keyword === "USER") draft.single = { ...draft.single, user: setting };
  if (keyword === "WORKDIR")
    draft.single = { ...draft.single, workdir: { ...setting, value: bounded(joinWorkdir(draft.single.workdir?.value, parts)) } };
  if (keyword !== "STOPSIGNAL") return;
  const signal = knownText(parts);
  if (signal !== undefined && !isSignal(signal)) report("signal", `invalid signal: ${signal}`, value.range);
  draft.single = { ...draft.single, stopSignal: setting };
};

const applyList = (application: Application, { keyword, words }: ListInstruction): void => {
  const { draft, report } = application;
  for (const word of words) {
    const { range } = word;
    if (keyword === "VOLUME") {
      const parts = partsOf(application, word);
      draft.volumes.set(knownText(parts) ?? word.text, settingOf(application, parts, range));
      continue;
    }
    for (const { parts } of application.words.get(word)?.words ?? [{ parts: [word.text] }]) {
      const text = knownText(parts);
      const ports = text === undefined ? undefined : parseExposed(text);
      if (typeof ports === "string") report("expose", ports, range);
      else if (ports === undefined) draft.exposed.set(word.text, settingOf(application, undefined, range));
      else {
        const span = ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
        draft.exposed.set(`${span}/${ports.protocol}`, settingOf(application, ports, range));
      }
    }
  }
};

const commandValue = (command: Command, draft: ConfigDraft): CommandValue =>
  command.form === "exec"
    ? { form: "exec", words: command.words.map((word) => word.text) }
    : { form: "shell", text: command.text.text, shell: draft.single.shell?.value ?? DEFAULT_SHELL };

/** Changes the configuration and the variables as the instruction does. ARG is not among them: see `defineArgs`. */
export const applyInstruction = (application: Application): void => {
  const { instruction, draft } = application;
  switch (instruction.keyword) {
    case "ENV":
    case "LABEL":
      return applyPairs(application, instruction);
    case "USER":
    case "WORKDIR":
    case "STOPSIGNAL":
    case "MAINTAINER":
      return applyValue(application, instruction);
    case "EXPOSE":
    case "VOLUME":
      return applyList(application, instruction);
    case "SHELL": {
      const words = instruction.words.map((word) => word.text);
      if (words.length > 0) draft.single = { ...draft.single, shell: settingOf(application, words) };
      return;
    }
    case "CMD": {
      draft.ownCmd = true;
      const { cmdDroppedBy: _, ...others } = draft.single;
      draft.single = { ...others, cmd: settingOf(application, commandValue(instruction.command, draft)) };
      return;
    }
    case "ENTRYPOINT": {
      const entrypoint = settingOf(application, commandValue(instruction.command, draft));
      const { cmd, ...others } = draft.single;
      // A CMD from before this stage was meant for another entrypoint: BuildKit drops it.
      draft.single =
        draft.ownCmd && cmd !== undefined ? { ...others, cmd, entrypoint } : { ...others, entrypoint, cmdDroppedBy: entrypoint };
      return;
    }
    case "HEALTHCHECK": {
      const { type } = instruction;
      if (type === "CMD" || type === "NONE")
        draft.single = { ...draft.single, healthcheck: settingOf(application, { ...instruction, type }) };
      return;
    }
    default:
  }
};

/** Said of an expansion that leaves nothing where BuildKit needs something. */
export const blankBase = (word: MappedText): string => `base name (${word.text}) should not be blank`;
export const blankPlatform = (word: MappedText): string => `empty platform value from expression ${word.text}`;
export const targetMissing = (target: string): string => `target stage ${quoted(target)} could not be found`;
