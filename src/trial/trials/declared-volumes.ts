import { join } from "node:path/posix";
import { type Lab } from "../lab/lab.ts";
import type { Running } from "../lab/running.ts";
import { filesOf } from "../lab/volume-files.ts";
import { load } from "../load.ts";
import type { Subject } from "../subject.ts";
import { comesUp } from "../up.ts";
import type { Trial } from "../trial.ts";

/** Folders on volumes without a name: the image's own that the service mounts nothing on, and the service's own that it gives no name. */
const unnamed = ({ spec, image }: Subject): readonly string[] => [
  ...image.config.volumes.filter((folder) => spec.mounts.every(({ target }) => target !== folder)),
  ...spec.mounts.flatMap((mount) => (mount.type === "volume" && mount.volume === undefined ? [mount.target] : [])),
];

const contents = async (lab: Lab, running: Running, folders: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const { mounts = [] } = await running.state();
  const found = new Map<string, string>();
  for (const folder of folders) {
    const volume = mounts.find(({ target }) => target === folder)?.name;
    if (volume === undefined) continue;
    for (const [path, state] of await filesOf(lab, volume)) found.set(join(folder, path), state);
  }
  return found;
};

export const declaredVolumes: Trial = {
  id: "declared-volumes",
  items: ["stateless"],
  level: "deep",
  summary: "Nothing is written to a volume that has no name.",
  why: "What an image declares as a volume, and the service does not mount, gets a new volume with each container: the database starts, works, and is empty after the next release. No backup finds it.",
  method:
    "The files on volumes without a name are listed after the start and a load, and held against those of the same image with something idle in the program's place.",
  source: "https://docs.docker.com/reference/dockerfile/#volume",
  applies: (subject) =>
    unnamed(subject).length > 0 ? true : "every volume of it has a name; what is written beside them is shown by file-writes",
  run: async (lab, { smoke, limitMs }) => {
    const folders = unnamed(lab.subject);
    const idle = await lab.startIdle({ name: "volumes-idle" });
    const before = await contents(lab, idle, folders);
    await idle.remove();
    const running = await lab.start({ name: "volumes" });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const { requests } = await load(running, smoke, { forMs: 1000, connections: 4 });
    const after = await contents(lab, running, folders);
    await running.remove();
    const written = [...after].flatMap(([path, state]) => (before.get(path) === state ? [] : [path])).toSorted();
    const measured = { unnamed: folders, written: written.slice(0, 50), writtenCount: written.length, requests };
    const where = folders.join(", ");
    if (written.length === 0)
      return {
        state: "proven",
        because: `nothing was written to ${where}, where a volume without a name lies, from its start through ${requests} requests`,
        measured,
        unless: "a path that only other requests write is not seen",
      };
    const shown = `${written.slice(0, 3).join(", ")}${written.length > 3 ? ` and ${written.length - 3} more` : ""}`;
    return {
      state: "disproved",
      because: `it wrote ${shown}, and the volume there has no name: the next container begins without it`,
      measured,
      unless: "a cache that is made again by itself may be lost",
    };
  },
};
