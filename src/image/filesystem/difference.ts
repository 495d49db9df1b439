import type { TarHeader } from "../archive/read-tar.ts";
import type { ImageContents } from "./image-contents.ts";
import type { Lookout } from "./layer.ts";
import { bytesOf, weighPath } from "./usage.ts";

/** Remembers what tells a file from another one of its name. */
export const fingerprinted: Lookout<{ readonly fingerprint?: string }> = {
  wants: () => 0,
  fingerprints: ({ type, sizeBytes }) => (type === "file" || type === "sparse") && sizeBytes > 0,
  weigh: weighPath,
  note: (_, __, fingerprint) => (fingerprint === undefined ? {} : { fingerprint }),
};

export interface FileChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly beforeBytes?: number;
  readonly afterBytes?: number;
  /** What of it is different, for one that changed. */
  readonly what?: readonly ("content" | "kind" | "mode" | "owner" | "link")[];
}

interface Fact {
  readonly header: Omit<TarHeader, "pax">;
  readonly fingerprint: string | undefined;
  /** A second name of a file adds none. */
  readonly bytes: number;
}

const visibleIn = ({ files }: Pick<ImageContents<{ readonly fingerprint?: string }>, "files">): ReadonlyMap<string, Fact> => {
  const found = new Map<string, Fact>();
  for (const { header, note, visible } of files)
    if (visible) found.set(header.path, { header, fingerprint: note.fingerprint, bytes: bytesOf(header) });
  // A hard link is compared by what it names.
  for (const [path, { header }] of found) {
    const target = header.type === "hardlink" && header.linkPath !== undefined ? found.get(header.linkPath) : undefined;
    if (target !== undefined && target.header.type === "file")
      found.set(path, { header: { ...target.header, path }, fingerprint: target.fingerprint, bytes: 0 });
  }
  return found;
};

const differences = (a: Fact, b: Fact): NonNullable<FileChange["what"]> => {
  if (a.header.type !== b.header.type) return ["kind"];
  return [
    ...(a.fingerprint === b.fingerprint ? [] : (["content"] as const)),
    ...(a.header.mode === b.header.mode ? [] : (["mode"] as const)),
    ...(a.header.uid === b.header.uid && a.header.gid === b.header.gid ? [] : (["owner"] as const)),
    ...(a.header.linkPath === b.header.linkPath ? [] : (["link"] as const)),
  ];
};

/** What a container of the second image sees that one of the first does not, and the other way round, by path. Times are not compared. */
export const differenceOf = (
  before: Pick<ImageContents<{ readonly fingerprint?: string }>, "files">,
  after: Pick<ImageContents<{ readonly fingerprint?: string }>, "files">,
): readonly FileChange[] => {
  const [old, now] = [visibleIn(before), visibleIn(after)];
  const changes: FileChange[] = [];
  for (const [path, fact] of old) {
    const other = now.get(path);
    const beforeBytes = fact.bytes;
    if (other === undefined) changes.push({ path, change: "removed", beforeBytes });
    else {
      const what = differences(fact, other);
      if (what.length > 0) changes.push({ path, change: "changed", beforeBytes, afterBytes: other.bytes, what });
    }
  }
  for (const [path, { bytes }] of now) if (!old.has(path)) changes.push({ path, change: "added", afterBytes: bytes });
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
};
