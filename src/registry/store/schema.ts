/** What each version of the layout adds to the one before. A version that was released is never edited: folders out there were made with it. */
const VERSION_1 = `
CREATE TABLE repository (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE blob (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, stored_at INTEGER NOT NULL, last_seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE repository_blob (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  digest TEXT NOT NULL REFERENCES blob (digest),
  PRIMARY KEY (repository_id, digest)
) WITHOUT ROWID;
CREATE TABLE manifest (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  digest TEXT NOT NULL,
  media_type TEXT NOT NULL,
  artifact_type TEXT,
  annotations TEXT NOT NULL,
  bytes BLOB NOT NULL,
  stored_at INTEGER NOT NULL,
  UNIQUE (repository_id, digest)
);
CREATE TABLE manifest_edge (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  parent TEXT NOT NULL,
  child TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('config', 'layer', 'manifest', 'subject')),
  PRIMARY KEY (repository_id, parent, child, kind)
) WITHOUT ROWID;
CREATE INDEX manifest_edge_child ON manifest_edge (repository_id, child, kind);
CREATE TABLE tag (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  moved_at INTEGER NOT NULL,
  -- A deleted tag keeps its row: an immutable one may only come back as what it was.
  deleted_at INTEGER,
  PRIMARY KEY (repository_id, name)
) WITHOUT ROWID;
CREATE INDEX tag_digest ON tag (repository_id, digest);
CREATE TABLE tag_history (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('set', 'delete')),
  at INTEGER NOT NULL
);
`;

/**
 * Versions of the past pushed and deleted for good; from here on
 * - a repository is `local` or `mirror` for its whole life, so that what people push and what an upstream says never share a name;
 * - `seen_at` is a lease: whoever was told that something is here may count on it until the grace has passed;
 * - a blob is `present`, `condemned` (nothing needs it, the file goes next; whoever asks is told it is absent) or `quarantined` (its file had other bytes and was moved aside);
 * - a deleted manifest keeps its row, its bytes and its edges until its time in the trash is over;
 * - what one command did to tags has one operation number, by which it can be undone.
 */
const VERSION_2 = `
ALTER TABLE repository ADD COLUMN kind TEXT NOT NULL DEFAULT 'local' CHECK (kind IN ('local', 'mirror'));
ALTER TABLE blob ADD COLUMN state TEXT NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'condemned', 'quarantined'));
ALTER TABLE blob ADD COLUMN state_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blob ADD COLUMN verified_at INTEGER NOT NULL DEFAULT 0;
UPDATE blob SET last_seen = unixepoch() * 1000, state_at = stored_at, verified_at = stored_at;
CREATE INDEX blob_unwanted ON blob (state, state_at) WHERE state <> 'present';
CREATE INDEX blob_verified ON blob (verified_at);
ALTER TABLE repository_blob ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE repository_blob SET seen_at = unixepoch() * 1000;
CREATE INDEX repository_blob_digest ON repository_blob (digest);
ALTER TABLE manifest ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE manifest ADD COLUMN deleted_at INTEGER;
ALTER TABLE manifest ADD COLUMN operation INTEGER;
UPDATE manifest SET seen_at = unixepoch() * 1000;
CREATE INDEX manifest_trash ON manifest (operation) WHERE deleted_at IS NOT NULL;
CREATE TABLE tag_event (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  name TEXT NOT NULL,
  -- What it stood for afterwards; of a deletion, before.
  digest TEXT NOT NULL,
  -- What a tag that moved stood for before.
  previous TEXT,
  event TEXT NOT NULL CHECK (event IN ('set', 'delete', 'retain', 'undo')),
  at INTEGER NOT NULL,
  operation INTEGER NOT NULL DEFAULT 0
);
INSERT INTO tag_event (id, repository_id, name, digest, event, at) SELECT id, repository_id, name, digest, event, at FROM tag_history;
DROP TABLE tag_history;
ALTER TABLE tag_event RENAME TO tag_history;
CREATE INDEX tag_history_operation ON tag_history (operation);
CREATE INDEX tag_history_name ON tag_history (repository_id, name, id);
CREATE TABLE operation (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('delete', 'retain', 'undo')),
  at INTEGER NOT NULL,
  undone_at INTEGER
);
-- Counted in memory and written now and then: the last minute may be missing after a crash.
CREATE TABLE pull (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  -- A tag or a digest, as it was asked for.
  reference TEXT NOT NULL,
  pulls INTEGER NOT NULL,
  pulled_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (repository_id, reference)
) WITHOUT ROWID;
`;

/** When each piece of upkeep was last done to its end. */
const VERSION_3 = "CREATE TABLE upkeep (name TEXT PRIMARY KEY, done_at INTEGER NOT NULL) WITHOUT ROWID;";

/** Which bucket holds the blobs, by the identity that is written there too. No row: they are files of the data folder. */
const VERSION_4 = "CREATE TABLE storage (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL) WITHOUT ROWID;";

export const VERSIONS: readonly string[] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4];
