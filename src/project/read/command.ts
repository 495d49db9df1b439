import { name, listOf, text } from "./scalars.ts";
import { type Reader, report } from "./reading.ts";

/** Words of a command line: blanks separate, quotes and backslashes protect. Undefined with the reason when it cannot be split. */
const splitWords = (line: string): { readonly words: readonly string[] } | { readonly fault: string } => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? "";
    if (char === "\\" && quote !== "'") {
      at += 1;
      if (at >= line.length) return { fault: "it ends in a backslash" };
      word = (word ?? "") + (line[at] ?? "");
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (";&|<>".includes(char)) {
      return { fault: `"${char}" needs a shell and no shell runs this; write [sh, -c, "..."], or put it in quotes` };
    } else word = (word ?? "") + char;
  }
  if (quote !== "") return { fault: `a ${quote} is never closed` };
  return { words: word === undefined ? words : [...words, word] };
};

/**
 * `command` and `entrypoint`: a list is taken as it is, a line is split into words. No shell is involved, and where `docker compose` silently cuts the
 * line at `;`, `&`, `|`, `<` or `>`, it is refused. An empty list or line clears what the image says.
 */
export const command: Reader<readonly string[]> = (node, path, reading) => {
  if (node.kind === "sequence") return listOf(text)(node, path, reading);
  const line = text(node, path, reading);
  if (line === undefined) return undefined;
  const split = splitWords(line);
  return "words" in split ? split.words : report(reading, node, `${path}: cannot split the command: ${split.fault}`);
};

/** `test` of a health check: a line runs in the container's shell; a list begins with NONE, CMD or CMD-SHELL. */
export const healthTest: Reader<readonly string[]> = (node, path, reading) => {
  if (node.kind !== "sequence") {
    const line = name(node, path, reading);
    return line === undefined ? undefined : ["CMD-SHELL", line];
  }
  const words = listOf(text)(node, path, reading);
  if (words === undefined || words[0] === "NONE" || ((words[0] === "CMD" || words[0] === "CMD-SHELL") && words.length > 1)) return words;
  return report(reading, node, `${path}: expected a list that begins with CMD or CMD-SHELL and goes on with the test, or NONE alone`);
};
