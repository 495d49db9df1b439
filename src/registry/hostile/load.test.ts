import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { MEDIA } from "../../image/index.ts";
import { seed, smallManifest, startTestRegistry, temporaryFolder } from "../registry.fixture.ts";

const MANY = 100_000;
const MIB_4 = 4 * 1024 * 1024;

test("five hundred connections that never finish their first line keep nobody else waiting", async () => {
  await using registry = await startTestRegistry();
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(registry.running.address) ?? [];
  const sockets = await Promise.all(
    Array.from(
      { length: 500 },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(Number(port), host, () => {
            socket.write("GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            resolve(socket);
          });
          socket.once("error", reject);
        }),
    ),
  );
  try {
    await seed(registry, "a");
    for (let count = 0; count < 20; count += 1) expect((await registry.raw("GET", "/v2/")).status).toBe(200);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("headers and names without end are refused, each with its status", async () => {
  await using registry = await startTestRegistry();
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(registry.running.address) ?? [];
  const said = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(Number(port), host, () => socket.write(`GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(40_000)}\r\n\r\n`));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", () => undefined);
    socket.once("close", () => resolve(text));
  });
  expect(said).toMatch(/^HTTP\/1\.1 431 /);
  expect((await registry.raw("GET", `/v2/${"a/".repeat(8000)}a/tags/list`)).status).toBe(400);
  expect((await registry.raw("GET", `/v2/a/tags/list?last=${"z".repeat(10_000)}`)).status).toBe(404);
});

/** A folder with 10^5 tags and 10^5 referrers, put where a registry keeps them. */
const crowded = async (): Promise<{ readonly folder: string; readonly subject: string }> => {
  const folder = temporaryFolder();
  const subject = digestOf("subject");
  const registry = await startTestRegistry({ dataFolder: folder });
  await seed(registry, "crowd");
  const { bytes, digest } = smallManifest("one", subject);
  const put = await registry.raw("PUT", `/v2/crowd/manifests/${digest}`, { headers: { "content-type": MEDIA.ociManifest }, body: bytes });
  expect(put.status).toBe(201);
  await registry.running.close();
  registry.client.close();
  const database = new DatabaseSync(join(folder, "registry.sqlite"));
  const id = Number(database.prepare("SELECT id FROM repository WHERE name = 'crowd'").get()?.["id"]);
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})`;
  database.exec(`BEGIN;
    ${numbers} INSERT INTO tag (repository_id, name, digest, moved_at) SELECT ${id}, printf('t%06d', i), '${digest}', 0 FROM n;
    CREATE TEMP TABLE made AS ${numbers} SELECT 'sha256:' || printf('%064x', i) AS digest FROM n;
    INSERT INTO manifest (repository_id, digest, media_type, artifact_type, annotations, bytes, stored_at, seen_at)
      SELECT ${id}, made.digest, '${MEDIA.ociManifest}', CASE WHEN made.rowid % 1000 = 0 THEN 'application/rare' ELSE 'application/common' END,
        '{"org.example.note":"' || printf('%.100c', 'x') || '"}', x'7b7d', 0, 0 FROM made;
    INSERT INTO manifest_edge (repository_id, parent, child, kind) SELECT ${id}, digest, '${subject}', 'subject' FROM made;
    COMMIT;`);
  database.close();
  return { folder, subject };
};

test("100,000 tags and 100,000 referrers come in pages that anyone can read, whatever number is asked for", async () => {
  const { folder, subject } = await crowded();
  await using registry = await startTestRegistry({ dataFolder: folder });
  const follow = async (
    first: string,
    read: (body: string) => readonly string[],
  ): Promise<{ readonly names: Set<string>; readonly pages: number }> => {
    const names = new Set<string>();
    let pages = 0;
    for (let path: string | undefined = first; path !== undefined; pages += 1) {
      const answer = await registry.raw("GET", path);
      expect([answer.status, answer.body.length < MIB_4]).toEqual([200, true]);
      for (const name of read(answer.body.toString())) names.add(name);
      path = /<([^>]+)>; rel="next"/.exec(String(answer.headers.link ?? ""))?.[1];
    }
    return { names, pages };
  };
  const tags = (body: string): readonly string[] => (JSON.parse(body) as { tags: string[] }).tags;
  const digests = (body: string): readonly string[] =>
    (JSON.parse(body) as { manifests: { digest: string }[] }).manifests.map(({ digest }) => digest);

  for (const n of ["", "?n=1000000000", "?n=99999999999999999999999"]) {
    const all = await follow(`/v2/crowd/tags/list${n}`, tags);
    expect([all.names.size, all.pages]).toEqual([MANY, 10]);
  }
  const referrers = await follow(`/v2/crowd/referrers/${subject}`, digests);
  expect(referrers.names.size).toBe(MANY + 1);
  expect(referrers.pages).toBeGreaterThan(8);
  const rare = await follow(`/v2/crowd/referrers/${subject}?artifactType=application/rare`, digests);
  expect([rare.names.size, rare.pages]).toEqual([MANY / 1000, 1]);
});
