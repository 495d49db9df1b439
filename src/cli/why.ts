import { forTerminal, formatByteSize, shortDigest } from "../core/index.ts";
import type { FoundPackage } from "../inventory/index.ts";
import { type Change, type DockerfileLine, type DockerfileLines, type Vulnerability, why, type WhyPackage } from "../scan/index.ts";
import type { Inventoried } from "./inventoried.ts";
import type { Outcome } from "./outcome.ts";
import type { OwnDockerfile } from "./own-dockerfile.ts";
import { baseWords } from "./render/base-image.ts";
import { stepWords } from "./render/image.ts";
import { table } from "./render/table.ts";

type Written = NonNullable<ReturnType<OwnDockerfile["instructions"]["get"]>>;

const linesOf = ({ dockerfile: { source }, instructions, base }: OwnDockerfile): DockerfileLines => {
  const lineOf = ({ range }: Pick<Written, "range">): DockerfileLine => ({
    file: source.path,
    line: range.start.line,
    text: source.slice(range),
  });
  return {
    ...(base?.from === undefined ? {} : { from: lineOf(base.from) }),
    byStep: new Map([...instructions].map(([step, instruction]) => [step, lineOf(instruction)])),
  };
};

const named = ({ namespace, name, version }: FoundPackage): string =>
  forTerminal(`${namespace === undefined ? "" : `${namespace}/`}${name} ${version}`);

const place = (line: DockerfileLine | undefined): string => (line === undefined ? "" : `${forTerminal(line.file)}:${line.line}`);

const SHOWN_LINKS = 12;

const chainWords = (links: readonly FoundPackage[]): string =>
  (links.length <= SHOWN_LINKS ? links : [...links.slice(0, SHOWN_LINKS - 1), ...links.slice(-1)]).map(named).join(" -> ");

const changeWords = ({ what, command, at }: Change): readonly string[] => [
  `${forTerminal(what)}${at === undefined ? "" : ` (${place(at)})`}`,
  ...(command === undefined ? [] : [`  ${forTerminal(command)}`]),
];

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

const packageLines = (
  { package: one, layerNumber, layer, by, origin, askedBy, fixed, changes }: WhyPackage,
  { base, layers = [] }: Inventoried,
): readonly string[] => [
  "",
  `${one.type} ${named(one)}`,
  ...indented(
    table(
      [
        ["file", `/${forTerminal(one.path)}`],
        ["of", one.ownedBy === undefined ? "" : `the distribution's package ${forTerminal(one.ownedBy)}`],
        [
          "layer",
          layer === undefined
            ? ""
            : `${layerNumber} of ${layers.length}, ${shortDigest(layer.diffId)}, ${formatByteSize(layer.sizeBytes)} unpacked`,
        ],
        [
          "made by",
          layer?.createdBy === undefined ? "" : `${forTerminal(stepWords(layer.createdBy))}${by === undefined ? "" : ` (${place(by)})`}`,
        ],
        ["from", origin === undefined ? "" : origin === "own" ? "your own layers" : base === undefined ? "" : baseWords(base)],
        ["asked for by", askedBy.length < 2 ? "" : chainWords(askedBy)],
        ["fixed in", fixed ?? ""],
      ].filter(([, value]) => value !== ""),
    ).split("\n"),
  ),
  ...(changes.length === 0 ? [] : ["  smallest change first", ...indented(indented(changes.flatMap(changeWords)))]),
];

const SHOWN = 20;

const headline = ({ id, severity, exploited, advisories }: Vulnerability): readonly string[] => {
  const summary = advisories.find((one) => one.summary !== "")?.summary ?? "";
  const url = advisories.find((one) => one.url !== undefined)?.url;
  return [
    `${id}  ${severity?.rating ?? "unknown"}${exploited === true ? ", exploited" : ""}${summary === "" ? "" : `  ${forTerminal(summary)}`}`,
    ...(url === undefined ? [] : [`  ${forTerminal(url)}`]),
  ];
};

/** Why something is in an image, and the smallest change that takes it out. */
export const explained = (image: string, asked: string, inventory: Inventoried, known: readonly Vulnerability[]): Outcome => {
  const lines = inventory.own === undefined ? undefined : linesOf(inventory.own);
  const { vulnerabilities, packages } = why(asked, inventory, known, lines);
  const nothing = `${image}: nothing in it is called ${forTerminal(asked)}, and nothing is known against it under that id`;
  return {
    exit: 0,
    human:
      packages.length === 0
        ? nothing
        : [
            ...(vulnerabilities.length === 0 ? [`nothing is known against ${forTerminal(asked)} in ${image}`] : []),
            ...vulnerabilities.slice(0, SHOWN).flatMap(headline),
            ...(vulnerabilities.length > SHOWN ? [`and ${vulnerabilities.length - SHOWN} more`] : []),
            ...packages.slice(0, SHOWN).flatMap((one) => packageLines(one, inventory)),
            ...(packages.length > SHOWN ? ["", `and in ${packages.length - SHOWN} more places`] : []),
          ].join("\n"),
    json: {
      schema: "seaworthy/why@1",
      image,
      digest: inventory.digest,
      asked,
      ...(inventory.base === undefined ? {} : { base: inventory.base }),
      vulnerabilities: vulnerabilities.map(({ packages: _, ...one }) => one),
      packages: packages.map(({ package: one, askedBy, by, ...rest }) => ({
        purl: one.purl,
        path: one.path,
        ...(one.ownedBy === undefined ? {} : { ownedBy: one.ownedBy }),
        ...rest,
        ...(by === undefined ? {} : { dockerfile: by }),
        askedBy: askedBy.map(({ purl, path }) => ({ purl, path })),
      })),
    },
  };
};
