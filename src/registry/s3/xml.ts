/** Elements that are read of S3's answers: small documents of known shape, without attributes or CDATA that count. */
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{2,4}));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point > 0x10ffff ? whole : String.fromCodePoint(point);
  });

/** What stands in each element of this name, as it stands. Found by searching, not by a pattern: linear whatever comes. */
export const elements = (xml: string, name: string): readonly string[] => {
  const found: string[] = [];
  const close = `</${name}>`;
  for (let at = 0; ;) {
    const open = xml.indexOf(`<${name}`, at);
    if (open < 0) return found;
    const next = xml[open + name.length + 1];
    if (next !== ">" && next !== " ") {
      at = open + 1;
      continue;
    }
    const begin = xml.indexOf(">", open) + 1;
    const end = xml.indexOf(close, begin);
    if (begin === 0 || end < 0) return found;
    found.push(xml.slice(begin, end));
    at = end + close.length;
  }
};

/** The text of the first element of this name; undefined when there is none. */
export const textOf = (xml: string, name: string): string | undefined => {
  const [first] = elements(xml, name);
  return first === undefined ? undefined : decoded(first);
};

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
