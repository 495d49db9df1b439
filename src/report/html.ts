import { forTerminal } from "../core/index.ts";

/** HTML that was written here; whatever else stands in a page is text. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | readonly Markup[] | string | number;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for content and for attributes in quotes. Control characters are replaced, secrets taken out. */
const escaped = (text: string): string => forTerminal(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

const partText = (part: Part): string => {
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("");
};

/** How templates are laid out in the code is nothing that a page needs. */
const INDENT = /\n\s+/g;

/** A template whose texts are escaped: what a container says can be nothing but text in a page. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: strings.reduce<string>((text, piece, index) => `${text}${partText(parts[index - 1] ?? "")}${piece.replaceAll(INDENT, "\n")}`, ""),
});

/** Nothing, where a part of a page is left out. */
export const NOTHING_HERE: Markup = { markup: "" };
