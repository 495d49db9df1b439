import * as v from "valibot";
import { isDigest } from "../../../core/index.ts";
import type { FixState } from "../../advisories/advisory.ts";
import { ratingOfWord, severityOf } from "../../advisories/severity.ts";
import type { StatedSeverity } from "../../match.ts";
import { type JsonFile, parsedFile } from "../json-file.ts";
import { parsePurl } from "../purl.ts";
import type { GatePackage, GateVulnerability } from "../subject.ts";
import { secretAsVulnerability } from "../secrets.ts";
import { type LeftOut, leftOutWords } from "./left-out.ts";
import { digestsIn, type ForeignReport, grouped, imageNames, isCve, lineOf, pathOf } from "./report.ts";

const TEXT = v.nullish(v.string("expected text"));
const TEXTS = v.nullish(v.array(v.string("expected text"), "expected a list of texts"));
const NUMBER = v.nullish(v.number("expected a number"));

const LAYER = v.nullish(v.object({ Digest: TEXT, DiffID: TEXT }));

const PACKAGE = v.object({
  ID: TEXT,
  Name: TEXT,
  Identifier: v.nullish(v.object({ PURL: TEXT, UID: TEXT })),
  Version: TEXT,
  SrcName: TEXT,
  SrcVersion: TEXT,
  SrcRelease: TEXT,
  SrcEpoch: NUMBER,
  FilePath: TEXT,
  Layer: LAYER,
});

const VULNERABILITY = v.object(
  {
    VulnerabilityID: v.string("expected text"),
    VendorIDs: TEXTS,
    PkgID: TEXT,
    PkgName: v.string("expected text"),
    PkgPath: TEXT,
    PkgIdentifier: v.nullish(v.object({ PURL: TEXT, UID: TEXT })),
    InstalledVersion: TEXT,
    FixedVersion: TEXT,
    Status: TEXT,
    Layer: LAYER,
    SeveritySource: TEXT,
    PrimaryURL: TEXT,
    Title: TEXT,
    Description: TEXT,
    Severity: TEXT,
    CVSS: v.nullish(v.record(v.string(), v.object({ V2Vector: TEXT, V3Vector: TEXT, V40Vector: TEXT }))),
    LastModifiedDate: TEXT,
  },
  "expected a vulnerability",
);

/** pkg/types/finding.go: what a rule, VEX or an ignore file has taken out. */
const MODIFIED = v.object({
  Type: TEXT,
  Status: TEXT,
  Statement: TEXT,
  Source: TEXT,
  Finding: v.nullish(v.object({ VulnerabilityID: TEXT, RuleID: TEXT, ID: TEXT, PkgName: TEXT })),
});

const SECRET = v.object(
  {
    RuleID: v.string("expected text"),
    Title: TEXT,
    Severity: TEXT,
    StartLine: NUMBER,
    Layer: LAYER,
  },
  "expected a secret",
);

const RESULT = v.object(
  {
    Target: TEXT,
    Class: TEXT,
    Type: TEXT,
    Packages: v.nullish(v.array(PACKAGE, "expected a list of packages")),
    Vulnerabilities: v.nullish(v.array(VULNERABILITY, "expected a list of vulnerabilities")),
    Secrets: v.nullish(v.array(SECRET, "expected a list of secrets")),
    Misconfigurations: v.nullish(v.array(v.unknown(), "expected a list")),
    Licenses: v.nullish(v.array(v.unknown(), "expected a list")),
    ExperimentalModifiedFindings: v.nullish(v.array(MODIFIED, "expected a list")),
  },
  "expected a result",
);

const REPORT = v.object(
  {
    SchemaVersion: v.literal(2, "schema 2 is read, as Trivy writes it since 0.20"),
    Trivy: v.nullish(v.object({ Version: TEXT })),
    CreatedAt: TEXT,
    ArtifactName: TEXT,
    ArtifactType: TEXT,
    Metadata: v.nullish(
      v.object({
        OS: v.nullish(v.object({ Family: TEXT, Name: TEXT, EOSL: v.nullish(v.boolean()) })),
        ImageID: TEXT,
        DiffIDs: TEXTS,
        RepoTags: TEXTS,
        RepoDigests: TEXTS,
      }),
    ),
    Results: v.nullish(v.array(RESULT, "expected a list of results")),
  },
  "expected a report of Trivy",
);

type Report = v.InferOutput<typeof REPORT>;
type Result = v.InferOutput<typeof RESULT>;
type Written = v.InferOutput<typeof VULNERABILITY>;
type WrittenPackage = v.InferOutput<typeof PACKAGE>;

/** trivy-db, pkg/types/status.go. */
const STATES: Readonly<Record<string, FixState>> = {
  fixed: "fixed",
  affected: "unfixed",
  under_investigation: "unfixed",
  unknown: "unfixed",
  will_not_fix: "wont-fix",
  fix_deferred: "deferred",
  end_of_life: "end-of-life",
};

/** Of what has no package URL, which old reports lack: the type by who installed it. */
const TYPES: Readonly<Record<string, string>> = {
  debian: "deb",
  ubuntu: "deb",
  alpine: "apk",
  wolfi: "apk",
  chainguard: "apk",
  npm: "npm",
  yarn: "npm",
  pnpm: "npm",
  bun: "npm",
  "node-pkg": "npm",
  gobinary: "golang",
  gomod: "golang",
  jar: "maven",
  pom: "maven",
  gradle: "maven",
  pip: "pypi",
  pipenv: "pypi",
  poetry: "pypi",
  uv: "pypi",
  "python-pkg": "pypi",
  "conda-pkg": "conda",
  gemspec: "gem",
  bundler: "gem",
  composer: "composer",
  "composer-vendor": "composer",
  cargo: "cargo",
  rustbinary: "cargo",
  nuget: "nuget",
  "dotnet-core": "nuget",
};

const typeOf = ({ Class, Type }: Result): string => TYPES[Type ?? ""] ?? (Class === "os-pkgs" ? "rpm" : "generic");

const sourceOf = ({ SrcName, SrcVersion, SrcRelease, SrcEpoch }: WrittenPackage): GatePackage["source"] => {
  if ((SrcName ?? "") === "" || (SrcVersion ?? "") === "") return undefined;
  const release = (SrcRelease ?? "") === "" ? "" : `-${SrcRelease}`;
  return { name: SrcName ?? "", version: `${(SrcEpoch ?? 0) === 0 ? "" : `${SrcEpoch}:`}${SrcVersion}${release}` };
};

interface Where {
  readonly result: Result;
  readonly diffIds: readonly string[];
}

const packageOf = (
  written: {
    readonly name: string;
    readonly version: string;
    readonly purl: string | null | undefined;
    readonly path: string | null | undefined;
    readonly layer: v.InferOutput<typeof LAYER>;
  },
  listed: WrittenPackage | undefined,
  { result, diffIds }: Where,
): GatePackage => {
  const { name, version, layer } = written;
  const purl = written.purl ?? listed?.Identifier?.PURL ?? "";
  const parsed = parsePurl(purl);
  const type = parsed?.type ?? typeOf(result);
  const diffId = layer?.DiffID ?? listed?.Layer?.DiffID ?? "";
  const digest = diffId === "" ? (layer?.Digest ?? "") : diffId;
  const index = diffIds.indexOf(diffId);
  const source = listed === undefined ? undefined : sourceOf(listed);
  const path = [written.path, listed?.FilePath, result.Class === "os-pkgs" ? "" : result.Target].find((one) => (one ?? "") !== "");
  return {
    type,
    name,
    version,
    purl: purl === "" ? `pkg:${type}/${name.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(version)}` : purl,
    path: pathOf(path),
    ...(source === undefined ? {} : { source }),
    ...(digest === "" ? {} : { layer: digest }),
    ...(index < 0 ? {} : { layerIndex: index }),
  };
};

const severitiesOf = ({ CVSS, SeveritySource }: Written): readonly StatedSeverity[] =>
  Object.entries(CVSS ?? {})
    .toSorted(([a], [b]) => Number(b === SeveritySource) - Number(a === SeveritySource))
    .flatMap(([source, { V40Vector, V3Vector, V2Vector }]) =>
      [V40Vector, V3Vector, V2Vector].flatMap((vector) => {
        const severity = severityOf(vector ?? "");
        return severity === undefined ? [] : [{ ...severity, source }];
      }),
    );

/** By the word that Trivy chose, with that source's score. */
const severityFrom = ({ Severity = "", SeveritySource }: Written, all: readonly StatedSeverity[]): StatedSeverity | undefined => {
  const rating = ratingOfWord(Severity ?? "");
  if (rating === undefined) return undefined;
  const scored = all.find((one) => one.source === SeveritySource && one.rating === rating);
  return scored ?? { rating, written: (Severity ?? "").toLowerCase(), ...(SeveritySource == null ? {} : { source: SeveritySource }) };
};

const vulnerabilityOf = (written: Written, listed: WrittenPackage | undefined, where: Where): GateVulnerability => {
  const { VulnerabilityID: id, PkgName: name, InstalledVersion, PkgIdentifier, PkgPath, Layer } = written;
  const one = packageOf({ name, version: InstalledVersion ?? "", purl: PkgIdentifier?.PURL, path: PkgPath, layer: Layer }, listed, where);
  const fixed = (written.FixedVersion ?? "").trim();
  const state = STATES[written.Status ?? ""] ?? (fixed === "" ? "unfixed" : "fixed");
  const severities = severitiesOf(written);
  const severity = severityFrom(written, severities);
  const url = written.PrimaryURL ?? "";
  const { source = { name, version: one.version } } = one;
  return {
    id,
    advisories: [
      {
        id,
        cves: isCve(id) ? [id] : [],
        aliases: written.VendorIDs ?? [],
        summary: lineOf(written.Title, written.Description),
        ...(url === "" ? {} : { url }),
      },
    ],
    state: fixed === "" && state === "fixed" ? "unfixed" : state,
    ...(fixed === "" ? {} : { fixed }),
    ...(severity === undefined ? {} : { severity }),
    severities,
    name: source.name,
    version: source.version,
    ecosystem: where.result.Type ?? "",
    packages: [one],
  };
};

/** What one result says: of packages those that it lists, or else those that something was found in. */
const readResult = (
  result: Result,
  diffIds: readonly string[],
): { readonly vulnerabilities: readonly GateVulnerability[]; readonly packages: readonly GatePackage[] } => {
  const where = { result, diffIds };
  const known = result.Packages ?? [];
  const byId = new Map(
    known.flatMap((one) => [one.Identifier?.UID, one.ID].flatMap((id) => ((id ?? "") === "" ? [] : [[id ?? "", one] as const]))),
  );
  const vulnerabilities = (result.Vulnerabilities ?? [])
    .filter(({ Status }) => Status !== "not_affected")
    .map((one) => vulnerabilityOf(one, byId.get(one.PkgIdentifier?.UID ?? "") ?? byId.get(one.PkgID ?? ""), where));
  const packages =
    known.length === 0
      ? new Map(vulnerabilities.flatMap((one) => one.packages.map((each) => [`${each.purl} ${each.path}`, each])))
      : undefined;
  return {
    vulnerabilities,
    packages:
      packages === undefined
        ? known.map((one) => {
            const version = parsePurl(one.Identifier?.PURL ?? "")?.version ?? one.Version ?? "";
            return packageOf({ name: one.Name ?? "", version, purl: undefined, path: undefined, layer: one.Layer }, one, where);
          })
        : [...packages.values()],
  };
};

/** Whether a scan for vulnerabilities made it: secrets, licences and configurations have results of their own. */
const isJudged = ({ Class }: Result): boolean => Class == null || Class === "os-pkgs" || Class === "lang-pkgs";

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

const count = (results: readonly Result[], of: (result: Result) => readonly unknown[] | null | undefined): number =>
  results.reduce((sum, result) => sum + (of(result)?.length ?? 0), 0);

/** `vulnerability`, by `ignored` or `not_affected`, from the file that says so. */
const leftOutOf = ({ Status, Source, Finding }: v.InferOutput<typeof MODIFIED>): LeftOut => ({
  id: Finding?.VulnerabilityID ?? Finding?.RuleID ?? Finding?.ID ?? "without an id",
  by: [Status ?? "a rule", ...((Source ?? "") === "" ? [] : [`of ${Source}`])].join(" ").slice(0, 100),
});

/** Trivy's own ids of rules are its own (`aws-access-key-id`); the value stands in none of the fields that are read. */
const secretsIn = ({ Target, Secrets }: Result, diffIds: readonly string[]): readonly GateVulnerability[] =>
  (Secrets ?? []).map(({ RuleID, Title, Severity, StartLine, Layer }) => {
    const layerIndex = diffIds.indexOf(Layer?.DiffID ?? "");
    const layer = diffIds[layerIndex];
    const rating = ratingOfWord(Severity ?? "");
    return secretAsVulnerability({
      id: `secret:${RuleID}`,
      what: (Title ?? "") === "" ? RuleID : (Title ?? ""),
      isSure: rating === "critical" || rating === "high",
      in: "file",
      path: pathOf(Target),
      ...(StartLine == null || StartLine < 1 ? {} : { line: StartLine }),
      ...(layer === undefined || !isDigest(layer) ? {} : { layer, layerIndex }),
    });
  });

const blindSpotsOf = (report: Report, judged: number): readonly string[] => {
  const { Metadata, ArtifactType } = report;
  const results = report.Results ?? [];
  const [misconfigurations, licences] = [
    count(results, ({ Misconfigurations }) => Misconfigurations),
    count(results, ({ Licenses }) => Licenses),
  ];
  const notAffected = results
    .flatMap(({ Vulnerabilities }) => Vulnerabilities ?? [])
    .filter(({ Status }) => Status === "not_affected").length;
  return [
    ...(judged === 0 ? ["the report has no result of a scan for vulnerabilities (trivy image --scanners vuln -f json)"] : []),
    ...(judged > 0 && ArtifactType === "container_image" && !results.some(({ Class }) => Class === "os-pkgs")
      ? ["Trivy saw no packages of a distribution: those of one that it does not know, if there are any, were not judged"]
      : []),
    ...leftOutWords(
      "Trivy",
      ["finding", "findings"],
      results.flatMap(({ ExperimentalModifiedFindings }) => ExperimentalModifiedFindings ?? []).map(leftOutOf),
    ),
    ...(notAffected === 0 ? [] : [`${plural(notAffected, "vulnerability").replace("ys", "ies")} that Trivy calls not affected`]),
    ...(misconfigurations === 0
      ? []
      : [`${plural(misconfigurations, "misconfiguration")} of the report not judged: seaworthy check judges configurations`]),
    ...(licences === 0 ? [] : [`${plural(licences, "licence")} of the report not judged`]),
    ...(Metadata?.OS?.EOSL === true
      ? [`${Metadata.OS.Family ?? "the distribution"} ${Metadata.OS.Name ?? ""} is no longer looked after`]
      : []),
  ];
};

export const isTrivy = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "SchemaVersion" in value && ("Results" in value || "ArtifactName" in value);

/** A report of `trivy image -f json`, or of a file system (trivy.dev/docs, "Reporting"). @throws INPUT_INVALID with the place */
export const trivyReport = (file: JsonFile): ForeignReport => {
  const report = parsedFile(file, REPORT, "report of Trivy");
  const { Metadata, ArtifactName, CreatedAt } = report;
  const results = (report.Results ?? []).filter(isJudged);
  const diffIds = Metadata?.DiffIDs ?? [];
  const read = results.map((result) => readResult(result, diffIds));
  const vulnerabilities = read.flatMap((one) => one.vulnerabilities);
  const packages = read.flatMap((one) => one.packages);
  const secrets = (report.Results ?? []).flatMap((result) => secretsIn(result, diffIds));
  // Of a result that lists no packages only those are known that something was found in.
  const judged = read.reduce((sum, one) => sum + Math.max(1, one.packages.length), 0);
  const names = imageNames([ArtifactName, ...(Metadata?.RepoTags ?? []), ...(Metadata?.RepoDigests ?? [])]);
  const digests = [...digestsIn(names), ...(Metadata?.ImageID == null ? [] : [Metadata.ImageID])];
  const { Family = "", Name = "" } = Metadata?.OS ?? {};
  return {
    tool: "trivy",
    ...(report.Trivy?.Version == null ? {} : { version: report.Trivy.Version }),
    ...(CreatedAt == null ? {} : { at: CreatedAt }),
    image: ArtifactName ?? file.shown,
    ...(digests[0] === undefined ? {} : { digest: digests[0] }),
    ...((Family ?? "") === ""
      ? {}
      : { distribution: { id: Family ?? "", ...((Name ?? "") === "" ? {} : { version: Name ?? "" }), name: `${Family} ${Name}`.trim() } }),
    scanned: {
      subject: { names, digests },
      vulnerabilities: [...grouped(vulnerabilities), ...secrets],
      packages,
      judged,
    },
    tellsExploited: false,
    blindSpots: blindSpotsOf(report, judged),
  };
};
