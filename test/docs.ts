import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "../script/docs.ts";

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");

/** Anchors of a page's headings, as GitHub makes them. */
export const headingsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );

/** Relative links and pictures of a page that lead nowhere, as written. Links into the web are not followed. */
export const brokenLinks = (root: string, path: string): readonly string[] => {
  const text = withoutCode(readFileSync(join(root, path), "utf8"));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|<(?:img|source)[^>]*?\s(?:src|srcset)="([^"]+)"/g)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = "", anchor] = target.split("#", 2);
    const full = file === "" ? join(root, path) : join(root, dirname(path), file);
    if (!existsSync(full)) return true;
    return anchor !== undefined && !headingsOf(readFileSync(full, "utf8")).includes(anchor);
  });
};

/** Command lines of the tool in code spans and code blocks, fenced or indented, without a prompt, variables before and a comment behind. */
export const commandsIn = (text: string): readonly string[] => {
  const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const indented = [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = ""]) => line);
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...spans, ...blocks, ...indented].flatMap((line) => {
    const command = /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:sudo (?:[A-Z_]+=\S+ )*)?(?:\.\/)?(seaworthy(?: .*)?)$/.exec(line.trim())?.[1];
    return command === undefined ? [] : [command.replace(/\s+#.*$/, "").trimEnd()];
  });
};

/** What is wrong with a command line: a command that does not exist, flags it does not have. */
export const commandProblems = (line: string, known: readonly Command[]): readonly string[] => {
  const words = line.replaceAll(/'[^']*'|"[^"]*"/g, "_").split(/\s+/);
  const plain = words.filter((word) => !word.startsWith("-"));
  const flags = words.flatMap((word) => /^--([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  if (plain.length === 1)
    return flags.filter((flag) => flag !== "help" && flag !== "version").map((flag) => `"${line}": seaworthy has no --${flag}`);
  const command = known.find(({ words: name }) => `${plain.join(" ")} `.startsWith(`${name} `));
  const group = known.some(({ words: name }) => name.startsWith(`${plain.slice(0, 2).join(" ")} `));
  if (command === undefined) return group && plain.length === 2 ? [] : [`"${line}": there is no such command`];
  const has = new Set([...command.help.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag]) => flag));
  return flags.filter((flag) => !has.has(flag)).map((flag) => `"${line}": ${command.words} has no --${flag}`);
};

const FOLDERS = /^(?:src|test|script|docs|bench|examples|\.ci)\//;

/** Files and folders of the repository named in code spans that are not there; a pattern counts when it matches nothing. */
export const missingPaths = (root: string, text: string): readonly string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)]
    .map(([, span = ""]) => span)
    .filter((span) => FOLDERS.test(span) && !/[\s<{…]/.test(span))
    .filter((span) => (span.includes("*") ? globSync(span, { cwd: root }).length === 0 : !existsSync(join(root, span))));
