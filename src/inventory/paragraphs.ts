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

/** Paragraphs with an empty line between each two. */
export const paragraphsOf = (text: string): readonly Paragraph[] =>
  text
    .split(/\r?\n[ \t]*(?:\r?\n[ \t]*)+/)
    .map((part) => paragraphOf(part.split(/\r?\n/)))
    .filter((paragraph) => paragraph.size > 0);
