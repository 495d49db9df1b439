import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { collect, MEDIA } from "../../image/index.ts";
import { startTestRegistry, temporaryFolder } from "../registry.fixture.ts";
import { blobFile } from "./blob-files.ts";
import { openDatabase } from "./database.ts";
import { VERSIONS } from "./schema.ts";

/** A folder as version 1 of the layout left it: one image under 1.0.0 and latest, and a deleted 0.9.0. */
const folderOfVersion1 = () => {
  const folder = temporaryFolder();
  const [config, layer] = [Buffer.from("{}"), randomBytes(3000)];
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: MEDIA.ociLayer, digest: digestOf(layer), size: layer.length }],
    }),
  );
  const digest = digestOf(bytes);
  const sqlite = new DatabaseSync(join(folder, "registry.sqlite"));
  sqlite.exec(`${VERSIONS[0] ?? ""} PRAGMA user_version = 1; INSERT INTO repository (id, name) VALUES (1, 'team/app');`);
  for (const blob of [config, layer]) {
    const path = blobFile(folder, digestOf(blob));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, blob);
    sqlite.prepare("INSERT INTO blob VALUES (?, ?, 1000, 1000)").run(digestOf(blob), blob.length);
    sqlite.prepare("INSERT INTO repository_blob VALUES (1, ?)").run(digestOf(blob));
    sqlite.prepare("INSERT INTO manifest_edge VALUES (1, ?, ?, ?)").run(digest, digestOf(blob), blob === config ? "config" : "layer");
  }
  sqlite.prepare("INSERT INTO manifest VALUES (1, 1, ?, ?, ?, '{}', ?, 1000)").run(digest, MEDIA.ociManifest, MEDIA.ociConfig, bytes);
  for (const tag of ["1.0.0", "latest"]) {
    sqlite.prepare("INSERT INTO tag VALUES (1, ?, ?, 1000, NULL)").run(tag, digest);
    sqlite.prepare("INSERT INTO tag_history (repository_id, name, digest, event, at) VALUES (1, ?, ?, 'set', 1000)").run(tag, digest);
  }
  sqlite.prepare("INSERT INTO tag VALUES (1, '0.9.0', ?, 1000, 2000)").run(digestOf("gone"));
  sqlite.close();
  return { folder, digest, layer };
};

test("a folder of version 1 serves what it held, keeps its tombstones, and takes pushes", async () => {
  const { folder, digest, layer } = folderOfVersion1();
  await using registry = await startTestRegistry({ dataFolder: folder });
  const repository = registry.at("team/app");
  expect((await registry.client.resolve(registry.at("team/app:1.0.0"))).digest).toBe(digest);
  expect(await collect(registry.client.blob(repository, digestOf(layer)), 10_000, "blob")).toEqual(layer);
  expect(await registry.client.tags(repository)).toEqual(["1.0.0", "latest"]);
  const { body } = await registry.raw("GET", "/v2/team/app/manifests/1.0.0");
  const again = await registry.raw("PUT", "/v2/team/app/manifests/0.9.0", { headers: { "content-type": MEDIA.ociManifest }, body });
  expect([again.status, again.code]).toEqual([409, "DENIED"]);
  await registry.client.pushManifest(registry.at("team/app:1.0.1"), body, MEDIA.ociManifest);
  await registry.client.pushBlob(registry.at("team/new"), layer);
});

test("what was there before leases were kept has its whole grace from the migration on", () => {
  const { folder, digest, layer } = folderOfVersion1();
  const before = Date.now() - 1000;
  const database = openDatabase(join(folder, "registry.sqlite"));
  const ages = [
    database.one("SELECT seen_at FROM manifest WHERE digest = ?", digest),
    database.one("SELECT seen_at FROM repository_blob WHERE digest = ?", digestOf(layer)),
    database.one("SELECT last_seen AS seen_at FROM blob WHERE digest = ?", digestOf(layer)),
  ];
  for (const row of ages) expect(Number(row?.["seen_at"])).toBeGreaterThan(before);
  expect(database.all("SELECT name, event, previous, operation FROM tag_history ORDER BY id").map((row) => ({ ...row }))).toEqual(
    ["1.0.0", "latest"].map((name) => ({ name, event: "set", previous: null, operation: 0 })),
  );
  expect(database.one("SELECT kind FROM repository")?.["kind"]).toBe("local");
  database.close();
});

test("a folder of a newer version is refused, and left as it is", () => {
  const path = join(temporaryFolder(), "registry.sqlite");
  const sqlite = new DatabaseSync(path);
  sqlite.exec(`PRAGMA user_version = ${VERSIONS.length + 1}`);
  sqlite.close();
  expect(() => openDatabase(path)).toThrow(/newer version/);
});
