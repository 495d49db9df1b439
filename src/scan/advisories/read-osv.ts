import * as v from "valibot";
import { schemeOf } from "../versions/ecosystems.ts";
import type { Advisory, Affected, Severity } from "./advisory.ts";
import { affectedBy, intervalsOf } from "./intervals.ts";
import { canonicalName } from "./names.ts";
import { severityOf } from "./severity.ts";

const MAX_SUMMARY = 300;
const MAX_NAME = 1000;

const word = v.pipe(v.string(), v.maxLength(MAX_NAME));
const words = v.optional(v.nullable(v.array(word)), []);
const said = v.optional(v.nullable(v.array(v.object({ type: word, score: word }))), []);
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
          package: v.optional(v.object({ ecosystem: word, name: word })),
          severity: said,
          ranges: v.optional(
            v.nullable(
              v.array(
                v.object({
                  type: word,
                  events: v.array(v.object({ introduced: v.optional(word), fixed: v.optional(word), last_affected: v.optional(word) })),
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
  readonly affected: readonly Affected[];
}

const CVE = /^CVE-\d{4}-\d{4,}$/;

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_SUMMARY ? `${line.slice(0, MAX_SUMMARY - 1)}…` : line;
};

type Said = readonly { readonly type: string; readonly score: string }[];

/** The source's own vector first, of the newest CVSS that can be reckoned, then its own word. */
const severityFrom = (
  scores: Said,
  ...specifics: readonly (Readonly<Record<string, unknown>> | null | undefined)[]
): Severity | undefined => {
  for (const { score } of scores.toSorted((a, b) => (a.type < b.type ? 1 : -1))) {
    const severity = severityOf(score);
    if (severity !== undefined) return severity;
  }
  for (const one of specifics) {
    const written = one?.["severity"] ?? one?.["urgency"];
    const severity = typeof written === "string" ? severityOf(written) : undefined;
    if (severity !== undefined) return severity;
  }
  return undefined;
};

/** Advisories of Red Hat's kin name their CVEs as related, and mean them. */
const cvesOf = ({ id, aliases, upstream, related }: v.InferOutput<typeof RECORD>): readonly string[] => {
  const named = [id, ...(aliases ?? []), ...(upstream ?? [])].filter((one) => CVE.test(one));
  const all = named.length > 0 || !/^(?:AL|RL|RH|ELSA|CE)\w*-/.test(id) ? named : (related ?? []).filter((one) => CVE.test(one));
  return [...new Set(all)].toSorted();
};

/**
 * Reads one OSV record. Undefined when it was withdrawn, or is about no package whose versions can be ordered: those that name commits only.
 * @throws valibot's error for what is no such record
 */
export const readOsv = (value: unknown): OsvRecord | undefined => {
  const record = v.parse(RECORD, value);
  if (record.withdrawn !== undefined && record.withdrawn !== null) return undefined;
  const own = severityFrom(record.severity ?? [], record.database_specific);
  const affected = (record.affected ?? []).flatMap((one): readonly Affected[] => {
    const scheme = one.package === undefined ? undefined : schemeOf(one.package.ecosystem);
    if (one.package === undefined || scheme === undefined) return [];
    const intervals = (one.ranges ?? []).flatMap(({ type, events }) => (type === "GIT" ? [] : intervalsOf(events, scheme)));
    const versions = (one.versions ?? []).filter((version) => affectedBy({ intervals, versions: [] }, version, scheme) === undefined);
    if (intervals.length === 0 && versions.length === 0) return [];
    const severity = severityFrom(one.severity ?? [], one.ecosystem_specific, one.database_specific);
    const { ecosystem, name } = one.package;
    return [{ ecosystem, name: canonicalName(ecosystem, name), intervals, versions, ...(severity === undefined ? {} : { severity }) }];
  });
  if (affected.length === 0) return undefined;
  const cves = cvesOf(record);
  const aliases = [...new Set([...(record.aliases ?? []), ...(record.upstream ?? [])])].filter(
    (one) => !CVE.test(one) && one !== record.id,
  );
  const summary = oneLine(record.summary ?? record.details ?? "");
  const modified = record.modified !== undefined && record.modified >= "1971" ? record.modified : undefined;
  return {
    advisory: {
      id: record.id,
      cves,
      aliases,
      summary,
      ...(own === undefined ? {} : { severity: own }),
      ...(modified === undefined ? {} : { modified }),
    },
    affected,
  };
};
