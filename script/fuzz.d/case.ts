import { isKind, judge, KINDS, type Kind, tell, wrongIn } from "./kinds.ts";
import { mutate, pick, randomOf } from "./mutate.ts";
import { PIECES } from "./pieces.ts";

/** A text is slow from here on, in milliseconds of this thread's processor: a neighbour on the machine counts for nothing, the garbage collector does. */
export const SLOW_MS = 100;

/**
 * No mutant is longer, in UTF-16 units. The yaml library takes up to 2 ms for a dense kB; the largest texts of the corpora have 3 kB (Dockerfiles, compose files but
 * for one made to be large), 5 kB (workflows) and 15 kB (manifests).
 */
export const MAX_LENGTHS: Readonly<Record<Kind, number>> = {
  dockerfile: 65_536,
  shell: 65_536,
  dockerignore: 65_536,
  compose: 32_768,
  kubernetes: 32_768,
  workflow: 32_768,
};

export interface Case {
  readonly kind: Kind;
  readonly text: string;
  readonly variant: number;
}

/** How often each kind has its turn, of 16. */
const TURNS: readonly Kind[] = [
  ...Array.from({ length: 4 }, () => "dockerfile" as const),
  ...Array.from({ length: 4 }, () => "compose" as const),
  ...Array.from({ length: 2 }, () => "kubernetes" as const),
  ...Array.from({ length: 3 }, () => "workflow" as const),
  ...Array.from({ length: 2 }, () => "shell" as const),
  "dockerignore",
];

/** The case of a number: the same for the same seed, texts and kind. */
export const caseOf = (seed: number, index: number, texts: ReadonlyMap<Kind, readonly string[]>, only?: Kind): Case => {
  const random = randomOf(seed, index);
  const drawn = pick(TURNS, random);
  const kind = only ?? drawn;
  const bases = texts.get(kind) ?? [""];
  const text = mutate(pick(bases, random), random, PIECES[kind], pick(bases, random), MAX_LENGTHS[kind]);
  return { kind, text, variant: random(24) };
};

/** What is wrong with a case: `throws`, `fails` and `slow`, with words; undefined when nothing is. */
export interface Fault {
  readonly what: "throws" | "fails" | "slow";
  readonly words: string;
  readonly tookMs: number;
}

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const run = async ({ kind, text, variant }: Case): Promise<Omit<Fault, "what"> & { readonly what?: Fault["what"] }> => {
  const started = cpuMs();
  try {
    const judged = await judge(kind, text, variant);
    const judgedAt = cpuMs();
    tell(judged);
    const tookMs = Math.max(judgedAt - started, cpuMs() - judgedAt);
    const wrong = wrongIn(judged);
    return wrong === undefined ? { words: "", tookMs } : { what: "fails", words: wrong, tookMs };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { what: "throws", words: stack.split("\n").slice(0, 4).join("\n"), tookMs: cpuMs() - started };
  }
};

/** Judges a case. What seems slow has three more tries, since compiling or a large collection of garbage may have fallen on it; the least counts. */
export const faultIn = async (one: Case): Promise<{ readonly fault?: Fault; readonly tookMs: number }> => {
  const first = await run(one);
  if (first.what !== undefined) return { fault: { ...first, what: first.what }, tookMs: first.tookMs };
  let { tookMs } = first;
  for (let tries = 0; tookMs > SLOW_MS && tries < 3; tries += 1) tookMs = Math.min(tookMs, (await run(one)).tookMs);
  return tookMs > SLOW_MS ? { fault: { what: "slow", words: `${Math.round(tookMs)} ms`, tookMs }, tookMs } : { tookMs };
};

/** The same fault: of throwing and failing also in its first line. */
const same = (one: Fault, other: Fault | undefined): boolean =>
  other?.what === one.what && (one.what === "slow" || other.words.split("\n")[0] === one.words.split("\n")[0]);

/** The smallest text found within `budgetMs` that shows the same fault: pieces are taken out, ever smaller ones. */
export const reduced = async (one: Case, fault: Fault, budgetMs = 4000): Promise<string> => {
  const until = performance.now() + budgetMs;
  let { text } = one;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < text.length && performance.now() < until;) {
      const shorter = text.slice(0, at) + text.slice(at + size);
      if (same(fault, (await faultIn({ ...one, text: shorter })).fault)) text = shorter;
      else at += size;
    }
  return text;
};

export { isKind, KINDS, type Kind };
