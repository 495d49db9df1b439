import type { Severity } from "../advisories/advisory.ts";
import { openTable, type Table } from "./table.ts";

/** CVSS vectors by CVE, of every record that is about one CVE only; `family` is the bulk file that told it. */
export const SEVERITIES_SCHEMA = `
CREATE TABLE severity (
  cve TEXT NOT NULL,
  source TEXT NOT NULL,
  family TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (cve, source, family)
) WITHOUT ROWID;
`;

/** Whom to believe of a CVE that is another's: the CVE's own record (NVD's vector), then GitHub's, then anybody's. */
const rank = (source: string): number => (source.startsWith("CVE-") ? 0 : source.startsWith("GHSA-") ? 1 : 2);

export type OpenSeverities = Table<readonly (Severity & { readonly source: string })[]>;

/** @throws INPUT_INVALID */
export const openSeverities = (path: string): OpenSeverities =>
  openTable(path, "SELECT source, body FROM severity WHERE cve = ? ORDER BY source, family", (rows) =>
    rows
      .map((row) => ({ source: String(row["source"]), all: JSON.parse(String(row["body"])) as readonly Severity[] }))
      .toSorted((a, b) => rank(a.source) - rank(b.source))
      .flatMap(({ source, all }) => all.map((one) => ({ ...one, source }))),
  );
