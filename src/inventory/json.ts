/** Undefined for what is no JSON object: a file that only looks like one is no error of the image's. */
export const jsonObject = (content: Buffer): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(content.toString("utf8").replace(/^\uFEFF/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The entries of an object whose values are texts: `dependencies` of package.json and its kin. */
export const entriesIn = (value: unknown): readonly (readonly [name: string, text: string])[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, text]) => (typeof text === "string" ? [[name, text.slice(0, 200)] as const] : []))
    : [];

/** A text that is not empty and not longer than any name or version is; undefined for anything else. */
export const wordIn = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" && value.length <= 1000 ? value.trim() : undefined;
