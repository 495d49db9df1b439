import { forTerminal } from "../../core/index.ts";
import type { ScanDocument, ScanDocumentEntry, ScanDocumentSecret } from "./document.ts";
import {
  fixWords,
  flawLines,
  levelCounts,
  levelOf,
  nextStep,
  summaryOf,
  suppressedCounts,
  suppressionWords,
  verdictWords,
} from "./words.ts";

/** What GitHub takes as a comment is 65,536 characters; GitLab takes more. */
const MAX_CHARS = 60_000;
const MAX_ROWS = 50;
const MAX_CELL = 120;
/** What is to be done, or is the matter, is read to its end. */
const MAX_SENTENCE = 600;

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

const line = (text: string, most = MAX_CELL): string => cut(forTerminal(text).replaceAll(/\s+/g, " ").trim(), most);

/** Words of advisories and images: no markup, no link, no mention of anybody, no cell of its own. */
const words = (text: string, most = MAX_CELL): string =>
  line(text, most)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll("://", "&#58;//")
    .replaceAll(/(?<=\bwww)\./gi, "&#46;")
    .replaceAll(/[\\`*_{}[\]()#+!|~^$-]/g, String.raw`\$&`);

const sentence = (text: string): string => words(text, MAX_SENTENCE);

/** As it is written: a code span ends at the first backtick, and a cell at the first bar. */
const code = (text: string): string => {
  const clean = line(text)
    .replaceAll("`", "'")
    .replaceAll("|", String.raw`\|`);
  return clean === "" ? "" : `\`${clean}\``;
};

const layerOf = ({ packages, origin }: ScanDocumentEntry): string => {
  const number = packages.find(({ layerNumber }) => layerNumber !== undefined)?.layerNumber;
  return [number === undefined ? "" : String(number), origin === "base" ? "base" : ""].filter((word) => word !== "").join(", ");
};

const rowsOf = (entries: readonly ScanDocumentEntry[]): readonly string[] => [
  "| severity | id | package | version | fixed in | layer | what |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...entries
    .slice(0, MAX_ROWS)
    .map(
      (entry) =>
        `| ${levelOf(entry)}${entry.exploited === true ? ", **exploited**" : ""} | ${code(entry.id)} | ${code(entry.name)} | ${code(entry.version)} | ${entry.fixed === undefined ? words(fixWords(entry)) : code(entry.fixed)} | ${layerOf(entry)} | ${words(summaryOf(entry))} |`,
    ),
  ...(entries.length > MAX_ROWS ? ["", `and ${entries.length - MAX_ROWS} more.`] : []),
];

const details = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ["", "<details>", `<summary>${title}</summary>`, "", ...lines, "", "</details>"];

const listed = (lines: readonly string[]): readonly string[] => [
  ...lines.slice(0, MAX_ROWS).map((one) => `- ${one}`),
  ...(lines.length > MAX_ROWS ? [`- and ${lines.length - MAX_ROWS} more`] : []),
];

const secretWords = ({ id, what, path, line: at, layerNumber }: ScanDocumentSecret): string =>
  `${words(what)} in ${code(path)}${at === undefined ? "" : ` line ${at}`}${layerNumber === undefined ? "" : `, layer ${layerNumber}`}: ${code(id)}`;

/** For a comment on a pull request: what refuses the image, with the rest folded away. Bounded, and whatever names say they stay words. */
export const scanMarkdown = (document: ScanDocument): string => {
  const { image, gate, vulnerabilities, suppressed, secrets, findings, gone, blindSpots } = document;
  const flaws = [...flawLines(document, true), ...flawLines(document, false)].map(sentence);
  const refused = vulnerabilities.filter((entry) => entry.refused !== undefined);
  const lost = secrets.filter((secret) => secret.refused !== undefined);
  const maybe = secrets.filter((secret) => secret.refused === undefined);
  const rest = vulnerabilities.filter((entry) => entry.refused === undefined);
  const sections = [
    [
      `### ${gate.passed ? "Passed" : "Refused"}: ${code(image)}`,
      "",
      `${sentence(verdictWords(document))}.`,
      "",
      `**Next:** ${sentence(nextStep(document))}.`,
    ],
    flaws.length === 0 ? [] : ["", "The image itself:", "", ...listed(flaws)],
    refused.length === 0 ? [] : ["", ...rowsOf(refused)],
    lost.length === 0 ? [] : ["", "Secrets in it:", "", ...listed(lost.map(secretWords))],
    details(`secrets that do not refuse it: ${maybe.length}`, listed(maybe.map(secretWords))),
    details(
      `about the gate's settings: ${findings.length}`,
      listed(findings.map(({ place, message }) => `${place === undefined ? "" : `${code(place)}: `}${sentence(message)}`)),
    ),
    details(`not judged: ${blindSpots.length}`, listed(blindSpots.map(sentence))),
    details(
      `not held against it: ${suppressedCounts(document)}`,
      listed(
        suppressed.map((entry) => `${code(entry.id)} in ${code(`${entry.name} ${entry.version}`)}: ${words(suppressionWords(entry.by))}`),
      ),
    ),
    details(
      `no longer found, though in the baseline: ${gone.length}`,
      listed(gone.map(({ id, package: of }) => `${code(id)} in ${code(of)}`)),
    ),
    rest.length === 0 ? [] : details(`told, and not refused: ${levelCounts(rest)}`, rowsOf(rest)),
  ];
  let text = "";
  for (const section of sections) {
    const next = section.length === 0 ? "" : `${section.join("\n")}\n`;
    // A section is left out whole: half a table shows nothing.
    if (text.length + next.length > MAX_CHARS) return `${text}\nThe rest is too long for a comment.\n`;
    text += next;
  }
  return text;
};
