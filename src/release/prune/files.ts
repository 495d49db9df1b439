import { slotsOf } from "../file-slots.ts";
import { projectFiles } from "../files.ts";
import { retentionOf } from "../retention.ts";
import type { Sources } from "./images.ts";
import type { Leftover } from "./leftover.ts";

/** Contents of secrets and configs, in memory and sealed, and whether they go: a kept release's stay, however old. */
export const judgeFiles = ({ state, journal, keeps, now }: Sources): readonly Leftover[] =>
  [...keeps].flatMap(([project, keep]) => {
    const { kept, unfinished } = retentionOf(journal, project, keep, now);
    const used = [...kept, ...unfinished].flatMap(({ entry }) => slotsOf(entry.manifest));
    return projectFiles(state, project, used).map(({ path, sizeBytes, isUsed }): Leftover => ({
      kind: "file",
      name: path,
      goes: !isUsed,
      why: isUsed ? "a kept release mounts it" : "no kept release mounts it",
      sizeBytes,
    }));
  });
