import * as v from "valibot";
import type { FixState } from "../../advisories/advisory.ts";
import { ratingOfWord, severityOf } from "../../advisories/severity.ts";
import type { StatedSeverity } from "../../match.ts";
import { type JsonFile, parsedFile } from "../json-file.ts";
import { parsePurl } from "../purl.ts";
import type { GatePackage, GateVulnerability } from "../subject.ts";
import { type LeftOut, leftOutWords } from "./left-out.ts";
import { digestsIn, type ForeignReport, grouped, imageNames, isCve, lineOf, pathOf } from "./report.ts";

const TEXT = v.nullish(v.string("expected text"));
const TEXTS = v.nullish(v.array(v.string("expected text"), "expected a list of texts"));
const NUMBER = v.nullish(v.number("expected a number"));

const CVSS = v.nullish(v.array(v.object({ source: TEXT, vector: TEXT }), "expected a list"));

const VULNERABILITY = v.object(
  {
    id: v.string("expected text"),
    dataSource: TEXT,
    severity: TEXT,
    description: TEXT,
    cvss: CVSS,
    epss: v.nullish(v.array(v.object({ cve: TEXT, epss: NUMBER, percentile: NUMBER }))),
    knownExploited: v.nullish(
      v.array(v.object({ cve: TEXT, dateAdded: TEXT, dueDate: TEXT, knownRansomwareCampaignUse: TEXT }), "expected a list"),
    ),
    fix: v.nullish(v.object({ versions: TEXTS, state: TEXT })),
  },
  "expected a vulnerability",
);

const ARTIFACT = v.object(
  {
    name: v.string("expected text"),
    version: TEXT,
    type: TEXT,
    purl: TEXT,
    locations: v.nullish(v.array(v.object({ path: TEXT, layerID: TEXT }), "expected a list of places")),
    upstreams: v.nullish(v.array(v.object({ name: TEXT, version: TEXT }), "expected a list")),
  },
  "expected an artifact",
);

const MATCH = v.object(
  {
    vulnerability: VULNERABILITY,
    relatedVulnerabilities: v.nullish(
      v.array(v.object({ id: v.string("expected text"), description: TEXT, cvss: CVSS }), "expected a list"),
    ),
    artifact: ARTIFACT,
  },
  "expected a match",
);

/** grype/presenter/models/ignore.go: a match, and by which rules it is left out. */
const IGNORED = v.object({
  vulnerability: v.nullish(v.object({ id: TEXT, knownExploited: v.nullish(v.array(v.unknown())) })),
  appliedIgnoreRules: v.nullish(
    v.array(v.object({ vulnerability: TEXT, reason: TEXT, namespace: TEXT, "fix-state": TEXT, "vex-status": TEXT, "match-type": TEXT })),
  ),
});

const TARGET = v.object({
  userInput: TEXT,
  imageID: TEXT,
  manifestDigest: TEXT,
  tags: TEXTS,
  repoDigests: TEXTS,
  layers: v.nullish(v.array(v.object({ digest: TEXT }))),
});

const REPORT = v.object(
  {
    matches: v.nullish(v.array(MATCH, "expected a list of matches")),
    ignoredMatches: v.nullish(v.array(IGNORED, "expected a list")),
    source: v.nullish(v.object({ type: TEXT, target: v.nullish(v.union([v.string(), TARGET], "expected text or an object")) })),
    distro: v.nullish(v.object({ name: TEXT, version: TEXT })),
    descriptor: v.nullish(
      v.object({
        name: v.nullish(v.literal("grype", "expected grype: this is another tool's report")),
        version: TEXT,
        timestamp: TEXT,
        db: v.nullish(
          v.object({
            built: TEXT,
            error: v.optional(v.unknown()),
            status: v.nullish(v.object({ built: TEXT, valid: v.nullish(v.boolean()), error: v.optional(v.unknown()) })),
          }),
        ),
      }),
    ),
  },
  "expected a report of Grype",
);

type Match = v.InferOutput<typeof MATCH>;

/** grype/vulnerability/fix.go. */
const STATES: Readonly<Record<string, FixState>> = { fixed: "fixed", "wont-fix": "wont-fix", "not-fixed": "unfixed", unknown: "unfixed" };

/** syft's kinds of packages, of what has no package URL. */
const TYPES: Readonly<Record<string, string>> = {
  "go-module": "golang",
  "java-archive": "maven",
  "jenkins-plugin": "maven",
  "php-composer": "composer",
  python: "pypi",
  "rust-crate": "cargo",
  dotnet: "nuget",
  binary: "generic",
};

const packageOf = (
  { name, version, type: kind, purl: url, locations, upstreams }: Match["artifact"],
  layers: readonly string[],
): GatePackage => {
  const purl = url ?? "";
  const type = parsePurl(purl)?.type ?? TYPES[kind ?? ""] ?? kind ?? "generic";
  const [place] = locations ?? [];
  const [upstream] = upstreams ?? [];
  const layer = place?.layerID ?? "";
  const index = layers.indexOf(layer);
  const isDistributions = type === "deb" || type === "apk" || type === "rpm";
  return {
    type,
    name,
    version: version ?? "",
    purl: purl === "" ? `pkg:${type}/${encodeURIComponent(name)}@${encodeURIComponent(version ?? "")}` : purl,
    path: pathOf(place?.path),
    ...(isDistributions && (upstream?.name ?? "") !== ""
      ? { source: { name: upstream?.name ?? "", version: upstream?.version ?? version ?? "" } }
      : {}),
    ...(layer === "" ? {} : { layer }),
    ...(index < 0 ? {} : { layerIndex: index }),
  };
};

const severitiesOf = (cvss: v.InferOutput<typeof CVSS>): readonly StatedSeverity[] =>
  (cvss ?? []).flatMap(({ vector, source }) => {
    const severity = severityOf(vector ?? "");
    return severity === undefined ? [] : [{ ...severity, ...((source ?? "") === "" ? {} : { source: source ?? "" }) }];
  });

const exploitedOf = ({ knownExploited }: Match["vulnerability"]): Pick<GateVulnerability, "exploited" | "kev"> => {
  const [first] = knownExploited ?? [];
  if (first === undefined) return {};
  const { dateAdded: added, dueDate: due, knownRansomwareCampaignUse: ransomware } = first;
  return {
    exploited: true,
    kev: {
      ...(added == null ? {} : { added }),
      ...(due == null ? {} : { due }),
      ...(ransomware?.toLowerCase() === "known" ? { ransomware: true as const } : {}),
    },
  };
};

const vulnerabilityOf = ({ vulnerability, relatedVulnerabilities, artifact }: Match, layers: readonly string[]): GateVulnerability => {
  const one = packageOf(artifact, layers);
  const related = relatedVulnerabilities ?? [];
  const cves = [...new Set([vulnerability.id, ...related.map(({ id }) => id)])].filter(isCve);
  const [cve] = cves;
  const fixed = (vulnerability.fix?.versions ?? []).join(", ");
  const severities = [vulnerability, ...related].flatMap(({ cvss }) => severitiesOf(cvss));
  const rating = ratingOfWord(vulnerability.severity ?? "");
  const scored = severities.find((each) => each.rating === rating);
  const [epss] = vulnerability.epss ?? [];
  const url = vulnerability.dataSource ?? "";
  const { source = { name: one.name, version: one.version } } = one;
  return {
    id: cve !== undefined && cves.length === 1 ? cve : vulnerability.id,
    advisories: [
      {
        id: vulnerability.id,
        cves,
        aliases: related.map(({ id }) => id).filter((id) => !isCve(id)),
        summary: lineOf(vulnerability.description, ...related.map(({ description }) => description)),
        ...(url === "" ? {} : { url }),
      },
    ],
    state: fixed === "" ? (STATES[vulnerability.fix?.state ?? ""] === "wont-fix" ? "wont-fix" : "unfixed") : "fixed",
    ...(fixed === "" ? {} : { fixed }),
    ...(rating === undefined ? {} : { severity: scored ?? { rating, written: (vulnerability.severity ?? "").toLowerCase() } }),
    severities,
    ...exploitedOf(vulnerability),
    ...(epss?.epss == null ? {} : { epss: { probability: epss.epss, percentile: epss.percentile ?? 0 } }),
    name: source.name,
    version: source.version,
    ecosystem: one.type,
    packages: [one],
  };
};

type Descriptor = v.InferOutput<typeof REPORT>["descriptor"];

/** Grype itself refuses older advisories (its `max-allowed-built-age`), unless it is told not to. */
const MAX_DATABASE_DAYS = 5;

/** How good the advisories were that it looked in, as it says itself. */
const databaseSpots = (descriptor: Descriptor): readonly string[] => {
  const { db, timestamp } = descriptor ?? {};
  const { status } = db ?? {};
  const [built, at] = [Date.parse(status?.built ?? db?.built ?? ""), Date.parse(timestamp ?? "")];
  const days = Math.floor((at - built) / 86_400_000);
  const isBroken = status?.valid === false || (status?.error != null && status.error !== "") || (db?.error != null && db.error !== "");
  return [
    ...(isBroken ? ["Grype says that its database was not in order"] : []),
    ...(days > MAX_DATABASE_DAYS ? [`Grype's database was ${days} days old when it looked`] : []),
  ];
};

const leftOutOf = ({ vulnerability, appliedIgnoreRules }: v.InferOutput<typeof IGNORED>): LeftOut => {
  const [rule] = appliedIgnoreRules ?? [];
  const by =
    (rule?.["vex-status"] ?? "") !== ""
      ? `VEX: ${rule?.["vex-status"]}`
      : (rule?.["fix-state"] ?? "") !== ""
        ? `fix state ${rule?.["fix-state"]}`
        : (rule?.reason ?? "") !== ""
          ? (rule?.reason ?? "").replaceAll(/\s+/g, " ").slice(0, 100)
          : "a rule";
  return { id: vulnerability?.id ?? "without an id", by, exploited: (vulnerability?.knownExploited?.length ?? 0) > 0 };
};

export const isGrype = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "matches" in value && ("source" in value || "descriptor" in value);

/** A report of `grype -o json` (grype/presenter/models). @throws INPUT_INVALID with the place */
export const grypeReport = (file: JsonFile): ForeignReport => {
  const { matches, ignoredMatches, source, distro, descriptor } = parsedFile(file, REPORT, "report of Grype");
  const written = source?.target;
  const target = typeof written === "string" ? { userInput: written } : (written ?? {});
  const { userInput, tags, repoDigests, imageID, manifestDigest, layers } = {
    tags: [],
    repoDigests: [],
    imageID: "",
    manifestDigest: "",
    layers: [],
    ...target,
  };
  const names = imageNames([userInput, ...(tags ?? []), ...(repoDigests ?? [])]);
  const digests = [...new Set([manifestDigest ?? "", ...digestsIn(names), imageID ?? ""])].filter((digest) => digest !== "");
  const order = (layers ?? []).map(({ digest }) => digest ?? "");
  const vulnerabilities = grouped((matches ?? []).map((match) => vulnerabilityOf(match, order)));
  const name = distro?.name ?? "";
  const version = distro?.version ?? "";
  const ignored = (ignoredMatches ?? []).map(leftOutOf);
  const isEmpty = vulnerabilities.length === 0 && ignored.length === 0;
  // It lists no packages: that nothing was found in nothing looks the same as that all is well.
  const nothing =
    isEmpty &&
    (source == null || written == null || matches == null || (name === "" && source.type !== "directory" && source.type !== "file"));
  return {
    tool: "grype",
    ...(descriptor?.version == null ? {} : { version: descriptor.version }),
    ...((descriptor?.timestamp ?? "") === "" ? {} : { at: descriptor?.timestamp ?? "" }),
    image: userInput ?? file.shown,
    ...(digests[0] === undefined ? {} : { digest: digests[0] }),
    ...(name === "" ? {} : { distribution: { id: name, ...(version === "" ? {} : { version }), name: `${name} ${version}`.trim() } }),
    scanned: {
      subject: { names, digests },
      vulnerabilities,
      packages: vulnerabilities.flatMap((one) => one.packages),
      judged: nothing ? 0 : undefined,
    },
    tellsExploited:
      vulnerabilities.length === 0 ||
      (matches ?? []).some(({ vulnerability }) => vulnerability.knownExploited != null || vulnerability.epss != null),
    ...(ignored.some(({ exploited }) => exploited === true) ? { leavesOutExploited: true } : {}),
    blindSpots: [
      ...(name === "" ? ["Grype did not see which distribution it is: packages of one, if there are any, were not judged"] : []),
      ...(nothing
        ? ["Grype found nothing, and does not say that there was anything to look at: scan the image itself (grype IMAGE -o json)"]
        : isEmpty
          ? ["Grype does not list packages: whether it saw any is not known"]
          : []),
      ...(!isEmpty && source == null ? ["Grype does not say what it looked at"] : []),
      ...databaseSpots(descriptor),
      ...leftOutWords("Grype", ["match", "matches"], ignored),
    ],
  };
};
