import { isoTime } from "../core/index.ts";

export interface LabelFacts {
  readonly title: string;
  /** Absent when the image has no version. */
  readonly version?: string;
  readonly commit?: string;
  /** As git has it; credentials in it are dropped. */
  readonly remoteUrl?: string;
  /** Milliseconds since the epoch: the commit's time, so that equal sources have equal labels. */
  readonly createdAt: number;
}

const PREFIX = "org.opencontainers.image.";
/** What only the build can know; a label of the Dockerfile must not claim otherwise. */
const OURS = new Set(["created", "revision", "source", "version"].map((name) => PREFIX + name));

/** A URL that a person can open: `git@host:a/b.git` and `ssh://` become https, user and password go. */
export const sourceUrl = (remote: string): string | undefined => {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)([\w./~-]+?)(?:\.git)?\/?$/.exec(remote.trim());
  if (scp?.[1] !== undefined) return `https://${scp[1]}/${(scp[2] ?? "").replace(/^\/+/, "")}`;
  const url = URL.parse(remote.trim());
  if (url === null || !/^(?:https?|ssh|git):$/.test(url.protocol)) return undefined;
  const web = url.protocol === "http:" ? "http" : "https";
  const port = url.protocol.startsWith("http") && url.port !== "" ? `:${url.port}` : "";
  return `${web}://${url.hostname}${port}${url.pathname.replace(/(?:\.git)?\/*$/, "")}`;
};

/** OCI's predefined annotations (image-spec, annotations.md) as labels, sorted. */
export const labelsFor = (facts: LabelFacts): Readonly<Record<string, string>> => {
  const source = facts.remoteUrl === undefined ? undefined : sourceUrl(facts.remoteUrl);
  const labels: Readonly<Record<string, string | undefined>> = {
    [`${PREFIX}created`]: isoTime(facts.createdAt),
    [`${PREFIX}revision`]: facts.commit,
    [`${PREFIX}source`]: source,
    [`${PREFIX}title`]: facts.title,
    [`${PREFIX}version`]: facts.version,
  };
  return Object.fromEntries(Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== undefined));
};

/** Ours over those of the Dockerfile, except where the author knows better (title, description, licenses ...). Sorted. */
export const mergeLabels = (
  written: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const merged = {
    ...ours,
    ...Object.fromEntries(Object.entries(written).filter(([name]) => !OURS.has(name) || ours[name] === undefined)),
  };
  return Object.fromEntries(Object.entries(merged).toSorted(([a], [b]) => (a < b ? -1 : 1)));
};
