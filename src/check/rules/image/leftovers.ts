import { formatByteSize } from "../../../core/index.ts";
import type { ImageFile } from "../../image/file-note.ts";
import { filesKnown, spotOf } from "../../image/image-subject.ts";
import { imageRule, NOTHING } from "../../rule.ts";

/** What a deleted leftover must weigh for the layer that still carries it to be worth a word. */
const HEAVY_BYTES = 1_000_000;
const SHOWN = 30;

const sizeOf = (files: readonly ImageFile[]): number => files.reduce((sum, { header }) => sum + header.sizeBytes, 0);

const peersOf = (root: string): readonly string[] =>
  root === "var/lib/apt/lists"
    ? ["dockle:DKL-LI-0003", "dockle:DKL-DI-0005"]
    : root.endsWith("/apk") || root.endsWith("apk/cache")
      ? ["dockle:DKL-LI-0003", "dockle:DKL-DI-0004"]
      : ["dockle:DKL-LI-0003"];

export const leftovers = imageRule({
  id: "image/leftovers",
  aliases: ["dockle:DKL-LI-0003", "dockle:DKL-DI-0004", "dockle:DKL-DI-0005"],
  item: "small-image",
  severity: "info",
  confidence: "certain",
  summary: "No cache, history or build file is left in the image.",
  why: "Every pull carries it and every scan reads it, and a .git folder gives away what was once deleted. What one layer adds stays in the image when the next deletes it.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: [
    {
      bad: { config: {}, files: { "var/lib/apt/lists/deb.debian.org_dists": { sizeBytes: 9_000_000 } }, alone: true },
      good: { config: {}, files: { "var/lib/apt/lists/partial": { sizeBytes: 0 } }, alone: true },
    },
    { bad: { config: {}, files: { "app/.git/HEAD": {} } }, good: { config: {}, files: { "app/.gitignore": {} } } },
    {
      bad: { config: {}, files: { "root/.npm/_cacache/a": { sizeBytes: 40_000_000, deleted: true } } },
      good: { config: {}, files: { "root/.npm/_cacache/a": { sizeBytes: 1000, deleted: true } } },
    },
  ],
  applies: filesKnown,
  proves: () => NOTHING,
  *check({ name, image }) {
    const found = (image.files ?? []).filter(({ note }) => note.leftover !== undefined);
    const byRoot = [...Map.groupBy(found, ({ note }) => note.leftover?.root ?? "")];
    for (const [root, all] of byRoot.slice(0, SHOWN)) {
      const visible = all.filter((one) => one.visible && one.header.type !== "directory");
      const files = visible.length > 0 ? visible : all.filter(({ header }) => header.type !== "directory");
      const [first] = files;
      if (first?.note.leftover === undefined || (visible.length === 0 && sizeOf(files) < HEAVY_BYTES)) continue;
      const isHistory = /(?:^|\/)\.git$/.test(root) && visible.length > 0;
      yield {
        at: { ...spotOf(first), file: `/${root}` },
        ...(isHistory ? { severity: "warning" as const } : {}),
        peers: peersOf(root),
        message: `/${root} in ${name} is ${first.note.leftover.what}: ${formatByteSize(sizeOf(files))}${visible.length > 0 ? "" : " that a later layer deletes and the image still carries"}`,
        advice: first.note.leftover.advice,
      };
    }
  },
});
