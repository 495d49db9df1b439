import * as v from "valibot";
import { schemeOf } from "../versions/ecosystems.ts";
import type { Advisory, Affected, Severity } from "./advisory.ts";
import { isDistribution, shardOf } from "./ecosystem.ts";
import { fixStateIn, isUnaffected } from "./fix-state.ts";
import { affectedBy, intervalsOf } from "./intervals.ts";
import { canonicalName } from "./names.ts";
import { severitiesFrom, severityOf } from "./severity.ts";

const MAX_SUMMARY = 300;
const MAX_NAME = 1000;

const word = v.pipe(v.string(), v.maxLength(MAX_NAME));
const words = v.optional(v.nullable(v.array(word)), []);
const said = v.optional(v.nullable(v.array(v.object({ type: v.optional(word), score: v.optional(word) }))), []);
const specific = v.optional(v.nullable(v.record(v.string(), v.unknown())));

/** What of an OSV record decides (ossf.github.io/osv-schema); the rest is left to whoever follows its link. */
const RECORD = v.object({
  id: word,
  modified: v.optional(word),
  withdrawn: v.optional(v.nullable(word)),
  aliases: words,
  upstream: words,
  related: words,
  summary: v.optional(v.nullable(v.string())),
  details: v.optional(v.nullable(v.string())),
  severity: said,
  database_specific: specific,
  affected: v.optional(
    v.nullable(
      v.array(
        v.object({
          package: v.optional(v.nullable(v.object({ ecosystem: word, name: word }))),
          severity: said,
          ranges: v.optional(
            v.nullable(
              v.array(
                v.object({
                  type: word,
                  events: v.array(
                    v.object({
                      introduced: v.optional(word),
                      fixed: v.optional(word),
                      last_affected: v.optional(word),
                      limit: v.optional(word),
                    }),
                  ),
                  database_specific: specific,
                }),
              ),
            ),
            [],
          ),
          versions: words,
          ecosystem_specific: specific,
          database_specific: specific,
        }),
      ),
    ),
    [],
  ),
});

export interface OsvRecord {
  readonly advisory: Advisory;
  /** Empty: about no package whose versions can be ordered, such as those that name commits only. */
  readonly affected: readonly Affected[];
}

/** What was taken back: whatever was said under its name before is to be forgotten. */
export interface Withdrawn {
  readonly withdrawn: string;
  readonly modified?: string;
}

const CVE = /^CVE-\d{4}-\d{4,}$/;
/** Advisories of distributions, which name the CVEs that they mend as related where they are older than `upstream`. */
const DISTRIBUTION_ADVISORY = /^(?:AL|RL|RX|RH|ELSA|CE|DSA|DLA|DTSA|USN|LSN|SUSE|openSUSE|MGASA|OESA|AZL|PHSA)\w*-/;

const oneLine = (text: string): string => {
  const line = text
    .slice(0, MAX_SUMMARY * 10)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > MAX_SUMMARY ? `${line.slice(0, MAX_SUMMARY - 1)}…` : line;
};

type Read = v.InferOutput<typeof RECORD>;

const cvesOf = ({ id, aliases, upstream, related }: Read): readonly string[] => {
  const named = [id, ...(aliases ?? []), ...(upstream ?? [])].filter((one) => CVE.test(one));
  // DEBIAN-CVE-2024-1, UBUNTU-CVE-2024-1, ALPINE-CVE-2024-1.
  const [, own] = /^[A-Z]+-(CVE-\d{4}-\d{4,})$/.exec(id) ?? [];
  if (own !== undefined) named.push(own);
  const all = named.length > 0 || !DISTRIBUTION_ADVISORY.test(id) ? named : (related ?? []).filter((one) => CVE.test(one));
  return [...new Set(all)].toSorted();
};

/** "Important: kernel security update": Red Hat's kin say it nowhere else. */
const titled = ({ id, summary }: Read): readonly Severity[] => {
  const [, written = ""] = /^(Critical|Important|Moderate|Low): /.exec(DISTRIBUTION_ADVISORY.test(id) ? (summary ?? "") : "") ?? [];
  return written === "" ? [] : [severityOf(written)].flatMap((one) => one ?? []);
};

const severitiesOf = (record: Read): readonly Severity[] => {
  const ecosystems = (record.affected ?? []).map((one) => one.package?.ecosystem ?? "");
  const all = severitiesFrom(record.severity ?? [], ecosystems.some(isDistribution), record.database_specific);
  if (all.length === 0 && record.id.startsWith("MAL-")) return [{ rating: "critical", written: "malicious package" }];
  // A distribution's own word stands before the vector of the CVE, wherever it writes it.
  return [...titled(record), ...all];
};

type ReadAffected = NonNullable<Read["affected"]>[number];

const readAffected = ({ package: about, ranges, versions: listed, severity, ...one }: ReadAffected): readonly Affected[] => {
  const scheme = about === undefined || about === null ? undefined : schemeOf(about.ecosystem);
  const specifics = [one.ecosystem_specific, one.database_specific, ...(ranges ?? []).map((range) => range.database_specific)];
  if (about === undefined || about === null || scheme === undefined || isUnaffected(...specifics)) return [];
  const intervals = (ranges ?? []).flatMap(({ type, events }) => (type === "GIT" ? [] : intervalsOf(events, scheme)));
  const versions = (listed ?? []).filter((version) => affectedBy({ intervals, versions: [] }, version, scheme) === undefined);
  if (intervals.length === 0 && versions.length === 0) return [];
  const severities = severitiesFrom(severity ?? [], isDistribution(about.ecosystem), one.ecosystem_specific, one.database_specific);
  const state = fixStateIn(...specifics);
  const ecosystem = shardOf(about.ecosystem);
  return [
    {
      ecosystem,
      name: canonicalName(ecosystem, about.name),
      intervals,
      versions,
      ...(severities.length === 0 ? {} : { severities }),
      ...(state === undefined ? {} : { state }),
    },
  ];
};

/**
 * Reads one OSV record.
 * @throws valibot's error for what is no such record
 */
export const readOsv = (value: unknown): OsvRecord | (Withdrawn & { readonly id: string }) => {
  const record = v.parse(RECORD, value);
  const modified = record.modified !== undefined && record.modified >= "1971" ? { modified: record.modified } : {};
  if (record.withdrawn !== undefined && record.withdrawn !== null) return { id: record.id, withdrawn: record.withdrawn, ...modified };
  const severities = severitiesOf(record);
  const cves = cvesOf(record);
  const aliases = [...new Set([...(record.aliases ?? []), ...(record.upstream ?? [])])].filter(
    (one) => !CVE.test(one) && one !== record.id,
  );
  const summary = oneLine(record.summary ?? record.details ?? "");
  return {
    advisory: { id: record.id, cves, aliases, summary, ...(severities.length === 0 ? {} : { severities }), ...modified },
    affected: (record.affected ?? []).flatMap(readAffected),
  };
};

export const isWithdrawn = (read: ReturnType<typeof readOsv>): read is Withdrawn & { readonly id: string } => "withdrawn" in read;
