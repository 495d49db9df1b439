import { mutate, pick, type Random } from "../fuzz.d/mutate.ts";

const PIECES = [
  '"a":',
  "[",
  "]",
  "{",
  "}",
  ",",
  "null",
  "true",
  '"\\u0000"',
  '"\\ud800"',
  "1e999",
  '"__proto__":{',
  '"digest":"sha256:',
  '"size":-1',
  '"manifests":[',
  '"Layers":[',
];

const ZERO = `sha256:${"0".repeat(64)}`;
const VALUES = (random: Random): unknown =>
  pick(
    [
      null,
      true,
      -1,
      0,
      1.5,
      Number.MAX_SAFE_INTEGER + 2,
      1e300,
      "",
      "a",
      "\u{0}",
      "\u{1b}[31m",
      "../../etc/passwd",
      "/etc/passwd",
      ZERO,
      "sha256:abc",
      "sha512:" + "0".repeat(128),
      "md5:" + "0".repeat(32),
      "x".repeat(100_000),
      [],
      {},
      [[]],
      [null],
      ["a"],
      { a: 1 },
      Array.from({ length: 20_000 }, () => 0),
      Array.from({ length: 1001 }, () => ({ digest: ZERO, size: 0, mediaType: "application/vnd.oci.image.manifest.v1+json" })),
    ],
    random,
  );

/** All places of a document, as ways to it. */
const waysIn = (value: unknown, way: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] => {
  if (typeof value !== "object" || value === null || way.length > 6) return [way];
  const inner = Array.isArray(value) ? [...value.slice(0, 20).entries()] : Object.entries(value).slice(0, 40);
  return [way, ...inner.flatMap(([key, one]) => waysIn(one, [...way, key]))];
};

const changedAt = (value: unknown, way: readonly (string | number)[], change: (found: unknown) => unknown): unknown => {
  const [key, ...rest] = way;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one: unknown, at) => (at === key ? changedAt(one, rest, change) : one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === key ? changedAt(one, rest, change) : one]));
};

type Change = readonly [what: string, change: (value: unknown, random: Random) => string | Buffer];

const CHANGES: readonly Change[] = [
  ["another value", (value, random) => JSON.stringify(changedAt(value, pick(waysIn(value), random), () => VALUES(random))) ?? ""],
  ["another value", (value, random) => JSON.stringify(changedAt(value, pick(waysIn(value), random), () => VALUES(random))) ?? ""],
  [
    "a list repeated",
    (value, random) =>
      JSON.stringify(
        changedAt(
          value,
          pick(
            waysIn(value).filter((way) => typeof way.at(-1) === "number"),
            random,
          )?.slice(0, -1) ?? [],
          (found) =>
            Array.isArray(found) ? Array.from({ length: [2, 10, 1000, 11_000][random(4)] ?? 2 }, () => found as unknown[]).flat() : found,
        ),
      ),
  ],
  [
    "a list that is empty",
    (value, random) => JSON.stringify(changedAt(value, pick(waysIn(value), random), (found) => (Array.isArray(found) ? [] : found))) ?? "",
  ],
  [
    "a text changed",
    (value, random) => {
      const text = JSON.stringify(value);
      return mutate(text, random, PIECES, text, 400_000);
    },
  ],
  [
    "nested deep",
    (value, random) => {
      const depth = [1000, 100_000, 1_000_000][random(3)] ?? 1000;
      const [open, close] = pick(
        [
          ["[", "]"],
          ['{"a":', "}"],
          ['{"manifests":[', "]}"],
          ['{"config":', "}"],
        ] as const,
        random,
      );
      const deep = `${open.repeat(depth)}0${random(3) === 0 ? "" : close.repeat(depth)}`;
      return random(2) === 0 ? deep : JSON.stringify({ ...(value as object), deep: "@" }).replace('"@"', () => deep);
    },
  ],
  ["a huge list", (_, random) => `[${"0,".repeat([100_000, 2_000_000][random(2)] ?? 1)}0]`],
  ["a key twice", (value) => JSON.stringify(value).replace("{", '{"schemaVersion":2,"Config":"a","manifests":[],"layers":[],')],
  ["another encoding", (value, random) => Buffer.from(`\u{feff}${JSON.stringify(value)}`, random(2) === 0 ? "utf16le" : "utf8")],
  ["nothing", (_, random) => pick(["", "null", "0", '""', "[]", "{}", "\0", " "], random)],
  [
    "keys of objects themselves",
    (value) => JSON.stringify(value).replace("{", '{"__proto__":{"size":1},"constructor":{"prototype":{}},"toString":1,'),
  ],
];

/** A document of an image, no longer what it should be. */
export const brokenDocument = (value: unknown, random: Random, note: (what: string) => void): Buffer => {
  const [what, change] = pick(CHANGES, random);
  note(what);
  return Buffer.from(change(value, random));
};
