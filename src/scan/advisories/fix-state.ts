import type { Affected } from "./advisory.ts";

type Specific = Readonly<Record<string, unknown>> | null | undefined;

/** Where databases say it: Debian's tracker, Ubuntu's, Red Hat's, and what others made of them. */
const KEYS = [
  "urgency",
  "nodsa_reason",
  "no_dsa_reason",
  "nodsa",
  "fix_state",
  "fix_status",
  "fix",
  "status",
  "state",
  "priority",
] as const;

/** Their words in lower case without signs. Debian's `no-dsa` puts off to a point release; its `ignored` never comes. */
const WORDS: Readonly<Record<string, NonNullable<Affected["state"]>>> = {
  unimportant: "unimportant",
  endoflife: "end-of-life",
  eol: "end-of-life",
  outofsupport: "end-of-life",
  outofsupportscope: "end-of-life",
  nodsa: "deferred",
  postponed: "deferred",
  deferred: "deferred",
  fixdeferred: "deferred",
  ignored: "wont-fix",
  wontfix: "wont-fix",
  willnotfix: "wont-fix",
  nofixplanned: "wont-fix",
};
/** The package does not have it at all. */
const UNAFFECTED = new Set(["notaffected", "knownnotaffected", "dne", "doesnotexist"]);

const wordsIn = (specifics: readonly Specific[]): readonly { readonly key: string; readonly word: string }[] =>
  KEYS.flatMap((key) =>
    specifics.flatMap((specific) => {
      const said = specific?.[key];
      return typeof said === "string" ? { key, word: said.toLowerCase().replaceAll(/[^a-z]/g, "") } : [];
    }),
  );

/** Undefined where the source says nothing of it. */
export const fixStateIn = (...specifics: readonly Specific[]): Affected["state"] => {
  const said = wordsIn(specifics);
  const state = said.map(({ word }) => WORDS[word]).find((one) => one !== undefined);
  // Debian's `nodsa` holds a sentence ("Minor issue"), and its reason may stand beside it.
  return state ?? (said.some(({ key, word }) => key === "nodsa" && word !== "") ? "deferred" : undefined);
};

/** Whether the source says that the package does not have it. */
export const isUnaffected = (...specifics: readonly Specific[]): boolean => wordsIn(specifics).some(({ word }) => UNAFFECTED.has(word));
