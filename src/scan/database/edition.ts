import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { familyOf } from "../advisories/ecosystem.ts";
import { isWithdrawn, type readOsv } from "../advisories/read-osv.ts";
import { EPSS_SCHEMA, type Epss } from "./epss.ts";
import type { Exploited } from "./exploited.ts";
import type { ChangedFolder } from "./folder.ts";
import { DATABASE_SCHEMA, type Manifest, type Origin, type Shard, type SideFile } from "./manifest.ts";
import { settle, type SeveritiesWriting, type ShardWriting, UNSAFE, writeSeverities, writeShard } from "./writing.ts";

type Read = ReturnType<typeof readOsv>;

/** Records of one bulk file, or of many files, as they come. */
export interface FamilyWriting {
  /** False where there is nothing in it to be matched. */
  take(read: Read): boolean;
  /** `modified` of the newest record that came. */
  newest(): string | undefined;
}

/** The next state of a folder of advisories. Nothing of it is seen before `finish`, and nothing is left of it after a failure. */
export interface Edition extends Disposable {
  /** All that was known of a family is replaced; without a name all that was known. */
  anew(family?: string): FamilyWriting;
  /** What comes replaces its own older form only. */
  patch(family: string): FamilyWriting;
  exploited(list: Exploited): Promise<void>;
  /** `date` is asked for when all rows have come. */
  epss(rows: AsyncIterable<Epss & { readonly cve: string }>, date: () => string | undefined): Promise<void>;
  endoflife(products: unknown, count: number, date: string | undefined): Promise<void>;
  source(name: string, origin: Origin): void;
  finish(builtAt: number): Promise<Manifest>;
}

const later = (a: string | undefined, b: string | undefined): string | undefined => ((a ?? "") < (b ?? "") ? b : a);

/** Asks old shards which of them tell of an advisory. */
const openHolders = (shards: readonly (readonly [string, string])[]) => {
  const open = shards.map(([ecosystem, path]) => {
    const database = new DatabaseSync(path, { readOnly: true });
    return { ecosystem, database, statement: database.prepare("SELECT 1 FROM advisory WHERE id = ?") };
  });
  return {
    of: (id: string): readonly string[] => open.flatMap(({ ecosystem, statement }) => (statement.get(id) === undefined ? [] : ecosystem)),
    close: () => {
      for (const { database } of open) if (database.isOpen) database.close();
    },
  };
};

export const beginEdition = (changed: ChangedFolder): Edition => {
  const { path: folder, before, scratch, publish } = changed;
  const writing = new Map<string, ShardWriting>();
  const replaced = new Set<string>();
  const sources = new Map<string, Origin>(Object.entries(before?.sources ?? {}));
  const sides: { exploited?: SideFile | undefined; epss?: SideFile | undefined; endoflife?: SideFile | undefined } = {
    exploited: before?.exploited,
    epss: before?.epss,
    endoflife: before?.endoflife,
  };
  let shardsBefore: Readonly<Record<string, Shard>> = before?.shards ?? {};
  const holders: { close(): void }[] = [];
  const scratchFile = (): string => join(scratch, `${randomUUID()}.part`);
  let severities: SeveritiesWriting | undefined;
  let severitiesFrom = before?.severities;
  const severitiesWriting = (): SeveritiesWriting =>
    (severities ??= writeSeverities(scratchFile(), severitiesFrom === undefined ? undefined : join(folder, severitiesFrom.file)));

  const writingOf = (ecosystem: string): ShardWriting => {
    const old = replaced.has(familyOf(ecosystem)) ? undefined : shardsBefore[ecosystem];
    const known = writing.get(ecosystem) ?? writeShard(scratchFile(), old === undefined ? undefined : join(folder, old.file));
    writing.set(ecosystem, known);
    return known;
  };

  const taking = (
    only: string | undefined,
    holdersOf: (id: string) => readonly string[],
    took: (id: string, ecosystems: readonly string[]) => void = () => undefined,
  ): FamilyWriting => {
    let newest: string | undefined;
    const gone = new Map<string, string>();
    const forget = (id: string, modified: string | undefined, but: ReadonlySet<string>): void => {
      for (const ecosystem of holdersOf(id)) if (!but.has(ecosystem)) writingOf(ecosystem).forget(id, modified);
    };
    return {
      newest: () => newest,
      take: (read) => {
        if (isWithdrawn(read)) {
          newest = later(newest, read.modified);
          gone.set(read.id, read.modified ?? "9999");
          forget(read.id, read.modified, new Set());
          if (only !== undefined) severitiesWriting().forget(only, read.id);
          return false;
        }
        const { advisory, affected } = read;
        newest = later(newest, advisory.modified);
        if ((gone.get(advisory.id) ?? "") > (advisory.modified ?? "")) return false;
        const mine = only === undefined ? affected : affected.filter(({ ecosystem }) => familyOf(ecosystem) === only);
        const byEcosystem = Map.groupBy(mine, ({ ecosystem }) => ecosystem);
        forget(advisory.id, advisory.modified, new Set(byEcosystem.keys()));
        for (const [ecosystem, parts] of byEcosystem) writingOf(ecosystem).put(advisory, parts);
        took(advisory.id, [...new Set([...holdersOf(advisory.id), ...byEcosystem.keys()])]);
        const family = only ?? familyOf(affected[0]?.ecosystem ?? "GIT");
        severitiesWriting().put(family, advisory);
        return byEcosystem.size > 0;
      },
    };
  };

  /** Small lists go into the folder as they are. */
  const keepText = async (kind: "exploited" | "endoflife", value: unknown, count: number, date: string | undefined): Promise<SideFile> => {
    const path = scratchFile();
    writeFileSync(path, JSON.stringify(value));
    return { ...(await settle(path, folder, kind, "json")), count, ...(date === undefined ? {} : { date }) };
  };

  return {
    anew: (family) => {
      if (family === undefined) {
        shardsBefore = {};
        severitiesFrom = undefined;
        sources.clear();
        sides.exploited = sides.epss = sides.endoflife = undefined;
      } else {
        replaced.add(family);
        severitiesWriting().forgetAll(family);
      }
      // Of a record that comes twice the shards that are being written may hold the older form.
      const came = new Map<string, readonly string[]>();
      return taking(
        family,
        (id) => came.get(id) ?? [],
        (id, ecosystems) => void came.set(id, ecosystems),
      );
    },
    patch: (family) => {
      const old = Object.entries(shardsBefore).filter(([ecosystem]) => familyOf(ecosystem) === family);
      const asked = openHolders(old.map(([ecosystem, { file }]) => [ecosystem, join(folder, file)]));
      holders.push(asked);
      return taking(family, asked.of);
    },
    exploited: async ({ cves, date }) => void (sides.exploited = await keepText("exploited", cves, Object.keys(cves).length, date)),
    endoflife: async (products, count, date) => void (sides.endoflife = await keepText("endoflife", products, count, date)),
    epss: async (rows, date) => {
      const path = scratchFile();
      const database = new DatabaseSync(path);
      let count = 0;
      try {
        database.exec(`${UNSAFE} BEGIN; ${EPSS_SCHEMA}`);
        const insert = database.prepare("INSERT OR REPLACE INTO epss (cve, probability, percentile) VALUES (?, ?, ?)");
        for await (const { cve, probability, percentile } of rows) {
          insert.run(cve, probability, percentile);
          count += 1;
        }
        database.exec("COMMIT; VACUUM;");
      } finally {
        database.close();
      }
      const day = date();
      sides.epss = { ...(await settle(path, folder, "epss")), count, ...(day === undefined ? {} : { date: day }) };
    },
    source: (name, origin) => void sources.set(name, origin),
    finish: async (builtAt) => {
      const shards: Record<string, Shard> = Object.fromEntries(
        Object.entries(shardsBefore).filter(([ecosystem]) => !replaced.has(familyOf(ecosystem)) && !writing.has(ecosystem)),
      );
      for (const [ecosystem, one] of writing) {
        const shard = await one.finish(folder, ecosystem);
        if (shard !== undefined) shards[ecosystem] = shard;
      }
      const vectors = severities === undefined ? severitiesFrom : await severities.finish(folder);
      const { exploited, epss, endoflife } = sides;
      return publish({
        schema: DATABASE_SCHEMA,
        builtAt,
        shards: Object.fromEntries(Object.entries(shards).toSorted(([a], [b]) => (a < b ? -1 : 1))),
        sources: Object.fromEntries([...sources].toSorted(([a], [b]) => (a < b ? -1 : 1))),
        ...(vectors === undefined ? {} : { severities: vectors }),
        ...(exploited === undefined ? {} : { exploited }),
        ...(epss === undefined ? {} : { epss }),
        ...(endoflife === undefined ? {} : { endoflife }),
      });
    },
    [Symbol.dispose]: () => {
      for (const one of [...writing.values(), ...holders]) one.close();
      severities?.close();
    },
  };
};
