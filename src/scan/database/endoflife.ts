import { readFileSync } from "node:fs";
import * as v from "valibot";
import { SeaworthyError, wordsOf } from "../../core/index.ts";

/** When one line of releases ends: its name (`12`, `3.20`), and a day, or whether it has ended where no day is known. */
export interface Cycle {
  readonly cycle: string;
  /** Day of the last fixes: `2026-06-10`; true: ended, nobody says when. Absent: it goes on. */
  readonly eol?: string | true;
  /** Day until which those who pay, or others than its makers, still mend it. */
  readonly extended?: string;
  readonly latest?: string;
}

/** By product, as endoflife.date names it (`debian`, `nodejs`), the newest cycle first. */
export type Products = Readonly<Record<string, readonly Cycle[]>>;

const word = v.pipe(v.string(), v.maxLength(200));
const day = v.fallback(v.nullable(v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))), null);
const dayOrFlag = v.fallback(v.union([v.boolean(), v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))]), false);

/** endoflife.date's API, version 1: `/api/v1/products/full`. */
const API = v.object({
  generated_at: v.optional(word),
  result: v.array(
    v.object({
      name: word,
      releases: v.array(
        v.object({
          name: word,
          isEol: v.boolean(),
          eolFrom: v.optional(day),
          eoesFrom: v.optional(day),
          latest: v.optional(v.nullable(v.object({ name: word }))),
        }),
      ),
    }),
  ),
});

/** Its products as its repository has them, one a line. */
const LINE = v.object({
  product: word,
  releases: v.array(
    v.object({
      releaseCycle: v.union([word, v.pipe(v.number(), v.transform(String))]),
      eol: v.optional(dayOrFlag),
      eoes: v.optional(dayOrFlag),
      latest: v.optional(v.nullable(v.union([word, v.number()]))),
    }),
  ),
});

const cycleOf = (cycle: string, eol: string | true | undefined, extended: string | undefined, latest: string | undefined): Cycle => ({
  cycle,
  ...(eol === undefined ? {} : { eol }),
  ...(extended === undefined ? {} : { extended }),
  ...(latest === undefined ? {} : { latest }),
});

const ofApi = ({ result, generated_at: date }: v.InferOutput<typeof API>) => ({
  date,
  products: Object.fromEntries(
    result.map(({ name, releases }) => [
      name,
      releases.map((one) => cycleOf(one.name, one.eolFrom ?? (one.isEol ? true : undefined), one.eoesFrom ?? undefined, one.latest?.name)),
    ]),
  ),
});

const ofLines = (lines: readonly v.InferOutput<typeof LINE>[]) => ({
  date: undefined,
  products: Object.fromEntries(
    lines.map(({ product, releases }) => [
      product,
      releases.map(({ releaseCycle, eol, eoes, latest }) =>
        cycleOf(
          releaseCycle,
          eol === false ? undefined : eol,
          typeof eoes === "string" ? eoes : undefined,
          latest === undefined || latest === null ? undefined : String(latest),
        ),
      ),
    ]),
  ),
});

/** Reads endoflife.date's products, from its API or as lines of JSON. @throws Error for what is neither */
export const readProducts = (text: string): { readonly products: Products; readonly date: string | undefined } => {
  const isLines = /^\s*\{"product"/.test(text);
  const read = isLines
    ? ofLines(
        text
          .split("\n")
          .filter((line) => line.trim() !== "")
          .map((line) => v.parse(LINE, JSON.parse(line))),
      )
    : ofApi(v.parse(API, JSON.parse(text)));
  if (Object.keys(read.products).length === 0) throw new Error("it lists no products");
  return read;
};

const KEPT = v.record(
  word,
  v.array(
    v.object({
      cycle: word,
      eol: v.exactOptional(v.union([word, v.literal(true)])),
      extended: v.exactOptional(word),
      latest: v.exactOptional(word),
    }),
  ),
);

/** Of a folder of advisories. @throws INPUT_INVALID */
export const readEndOfLife = (path: string): Products => {
  try {
    return v.parse(KEPT, JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new SeaworthyError("INPUT_INVALID", `${path} cannot be read: ${wordsOf(error)}`, {
      cause: error,
      hint: "Fetch or build the database anew.",
    });
  }
};
