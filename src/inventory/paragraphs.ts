/** Fields of a paragraph by their lower-case names; a line that goes on is joined by a line end (deb-src-control(5), "Syntax"; email headers alike). */
export type Paragraph = ReadonlyMap<string, string>;

const paragraphOf = (lines: readonly string[]): Paragraph => {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of lines) {
    const [, name, value = ""] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (/^[ \t]/.test(line) && last !== "") fields.set(last, `${fields.get(last) ?? ""}\n${line.trim()}`);
    else if (name !== undefined) {
      last = name.toLowerCase();
      // The first of a name counts, as for every reader of Debian's.
      if (!fields.has(last)) fields.set(last, value.trim());
      else last = "";
    }
  }
  return fields;
};

/** No package has more to say; the rest of a longer one is left out. */
const MAX_CHARACTERS = 1024 * 1024;

/** Paragraphs with an empty line between each two, one at a time: a file can have millions of them. */
export function* eachParagraph(text: string): Generator<Paragraph, void, undefined> {
  const between = /\r?\n[ \t]*(?:\r?\n[ \t]*)+/g;
  for (let at = 0; at < text.length;) {
    const gap = between.exec(text);
    const paragraph = paragraphOf(text.slice(at, Math.min(gap?.index ?? text.length, at + MAX_CHARACTERS)).split(/\r?\n/));
    if (paragraph.size > 0) yield paragraph;
    at = gap === null ? text.length : between.lastIndex;
  }
}

/** The first one of a file that is not about many. */
export const firstParagraph = (text: string): Paragraph | undefined => eachParagraph(text).next().value ?? undefined;
