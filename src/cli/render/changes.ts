import { formatByteSize, forTerminal, isoTime, shortDigest } from "../../core/index.ts";
import type { Changes } from "../../ship/index.ts";

type Service = Changes["services"][number];

const listed = (words: string, names: readonly string[]): readonly string[] => (names.length === 0 ? [] : [`${words} ${names.join(", ")}`]);

const sizeWords = ({ fromBytes, toBytes }: Changes["sizes"][number]): string => {
  if (toBytes === undefined) return "";
  const to = formatByteSize(toBytes);
  if (fromBytes === undefined) return `, ${to}`;
  const more = toBytes - fromBytes;
  return `, ${to} (${more === 0 ? "as before" : `${formatByteSize(Math.abs(more))} ${more > 0 ? "more" : "less"}`})`;
};

const imageWords = ({ image, service }: Service, sizes: Changes["sizes"]): readonly string[] => {
  if (image?.to === undefined) return [];
  const size = sizes.find((one) => one.service === service);
  const words = size === undefined ? "" : sizeWords(size);
  return [
    image.from === undefined
      ? `image ${shortDigest(image.to)}${words}`
      : `image ${shortDigest(image.from)} -> ${shortDigest(image.to)}${words}`,
  ];
};

const serviceLines = (service: Service, sizes: Changes["sizes"]): readonly string[] => {
  const facts = [
    ...imageWords(service, sizes),
    ...listed("added:", service.added),
    ...listed("removed:", service.removed),
    ...listed("changed:", service.changed),
  ];
  const head = service.change === "changed" ? service.service : `${service.service} is ${service.change}`;
  return [`  ${head}${facts.length === 0 ? "" : ":"}`, ...facts.map((fact) => `    ${fact}`)];
};

const commitLines = ({ commits }: Changes): readonly string[] => {
  if (commits === undefined) return [];
  if ("unknown" in commits) return [`  commits: not known (${commits.unknown})`];
  if (commits.count === 0) return ["  no commit between them"];
  const plural = commits.count === 1 ? "1 commit" : `${commits.count} commits`;
  const head = {
    forward: plural,
    back: `goes back ${plural}`,
    apart: `${plural} that the live release has not; it has others that are left behind`,
  }[commits.way];
  const more = commits.count - commits.commits.length;
  return [
    `  ${head}:`,
    ...commits.commits.map(({ id, subject }) => `    ${id.slice(0, 12)} ${subject}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
};

/** How many of each are told. */
const MOST_VULNERABILITIES = 20;

type Changed = NonNullable<Changes["vulnerabilities"]["services"]>[number];

const vulnerabilityLines = (words: string, list: Changed["appeared"]): readonly string[] => [
  ...list
    .slice(0, MOST_VULNERABILITIES)
    .map(
      ({ id, package: name, version, severity, exploited }) =>
        `    ${words}: ${id} (${severity}${exploited === true ? ", known to be exploited" : ""}) in ${name} ${version}`,
    ),
  ...(list.length > MOST_VULNERABILITIES ? [`    and ${list.length - MOST_VULNERABILITIES} more that are ${words}`] : []),
];

/** Of other advisories more may be known, and nothing has changed in the image. */
const byWords = ({ by }: Changed): string =>
  by === undefined || by.from === by.to ? "" : ` (scans by advisories of ${isoTime(by.from)} and of ${isoTime(by.to)})`;

const changedLines = (changed: Changed): readonly string[] => {
  const { service, appeared, gone } = changed;
  return appeared.length === 0 && gone.length === 0
    ? [`  vulnerabilities of ${service}: the same as of the live image${byWords(changed)}`]
    : [`  vulnerabilities of ${service}${byWords(changed)}:`, ...vulnerabilityLines("new", appeared), ...vulnerabilityLines("gone", gone)];
};

/** Nothing is said to be new or fixed that was not looked for. */
const scanLines = ({ vulnerabilities: { from, to, services = [], unknown = [] } }: Changes): readonly string[] => {
  const unknownLines = unknown.map(
    ({ service, because, next }) => `  vulnerabilities of ${service}, new or gone: not known, ${because} (${next})`,
  );
  if (from.length === 0 && to.length === 0) return ["  vulnerabilities: not known, no image was scanned", ...unknownLines];
  const side = (name: string, words: readonly string[]): readonly string[] =>
    words.length === 0 ? [`  vulnerabilities ${name}: not known`] : [`  vulnerabilities ${name}:`, ...words.map((line) => `    ${line}`)];
  return [...side("of the live release", from), ...side("of this one", to), ...services.flatMap(changedLines), ...unknownLines];
};

/** What a person looks at before they approve: names and numbers, never a value. */
export const renderChanges = (changes: Changes): string => {
  const { from, to, services } = changes;
  const head =
    from === undefined
      ? `${to.version} would be the first release`
      : `${from.version} (r${from.release}) -> ${to.version}${to.dirty ? ", with changes that are in no commit" : ""}`;
  const lines = [
    head,
    ...commitLines(changes),
    ...services.flatMap((service) => serviceLines(service, changes.sizes)),
    ...listed("  added:", changes.added),
    ...listed("  removed:", changes.removed),
    ...listed("  changed:", changes.changed),
    ...(services.length === 0 ? ["  no service changes"] : []),
    ...scanLines(changes),
  ];
  return lines.map(forTerminal).join("\n");
};
