import { openTable, type Table } from "./table.ts";

export interface Epss {
  /** 0 to 1. */
  readonly probability: number;
  /** Share of all CVEs that are less likely, 0 to 1. */
  readonly percentile: number;
}

export const EPSS_SCHEMA = "CREATE TABLE epss (cve TEXT PRIMARY KEY, probability REAL NOT NULL, percentile REAL NOT NULL) WITHOUT ROWID;";

/** @throws INPUT_INVALID */
export const openEpss = (path: string): Table<Epss | undefined> =>
  openTable(path, "SELECT probability, percentile FROM epss WHERE cve = ?", ([row]) =>
    row === undefined ? undefined : { probability: Number(row["probability"]), percentile: Number(row["percentile"]) },
  );
