import type { SeriesPoint } from "../series.ts";
import type { Lab } from "./lab.ts";
import { PROBE_PROGRAM, PROBE_UID } from "./names.ts";
import { probeImage } from "./probe.ts";
import { execIn, type Running } from "./running.ts";

/** What was counted of a container over a time. */
export interface Counted {
  /** The working set: memory without page cache that could go at any time. */
  readonly memory: readonly SeriesPoint[];
  /** Processes and threads. */
  readonly pids: readonly SeriesPoint[];
  /** The most since the container was made, as the kernel kept it: nothing in between is missed. Page cache counts, and what the engine itself did at the start. */
  readonly memoryPeakBytes?: number;
  readonly pidsPeak?: number;
}

/** Reads a container's counters until it is asked for the end. */
export interface Counting {
  readonly end: () => Promise<Counted>;
}

/** The kernel's counters of all containers of the engine's machine, to be read only. */
export interface Counters {
  /** @returns undefined when the kernel's files of it are not where they usually are */
  readonly watch: (running: Running) => Promise<Counting | undefined>;
}

const FOLDER = "/cgroup";
const PAUSE_US = 40_000;
/** Two minutes, which no reading lasts. */
const MOST_READINGS = 3000;

/**
 * Finds a container's folders by its id, and prints `memory inactive pids` again and again until they go. cgroup v1 has a folder for each controller, v2 one for all;
 * how they are called is up to the engine's cgroup driver.
 */
export const watching = (id: string): string => `
at() { /bin/busybox find $1 -maxdepth 4 -type d -name '*${id}*' 2>/dev/null | /bin/busybox head -n 1; }
m=$(at ${FOLDER}/memory); p=$(at ${FOLDER}/pids); u=memory.usage_in_bytes; k=memory.max_usage_in_bytes; i=total_inactive_file
if [ -z "$m" ]; then m=$(at ${FOLDER}); p=$m; u=memory.current; k=memory.peak; i=inactive_file; fi
[ -n "$m" ] && [ -r $m/$u ] || { echo none; exit; }
echo "peaks $m/$k $p/pids.peak"
n=0
while [ $n -lt ${MOST_READINGS} ] && read used <$m/$u; do
  f=0; while read name value; do [ "$name" = $i ] && { f=$value; break; }; done <$m/memory.stat
  c=; read c <$p/pids.current
  echo "at $used $f $c"; n=$((n + 1)); /bin/busybox usleep ${PAUSE_US}
done 2>/dev/null`;

/** One line of a reading: the working set, and processes where they are counted. */
export const readingOf = (line: string): { readonly memory: number; readonly pids?: number } | undefined => {
  const [, used, inactive, pids] = /^at (\d+) (\d+) (\d*)$/.exec(line) ?? [];
  if (used === undefined) return undefined;
  const memory = Math.max(0, Number(used) - Number(inactive));
  return pids === undefined || pids === "" ? { memory } : { memory, pids: Number(pids) };
};

/**
 * Starts what reads them: as nobody, without a network, with the machine's cgroup files mounted to be read. @returns undefined where the engine does not let them be
 * mounted, as on a machine that shows only some folders
 */
export const openCounters = async (lab: Pick<Lab, "engine" | "inside" | "labels" | "run">): Promise<Counters | undefined> => {
  const { engine, inside, labels, run } = lab;
  const name = `seaworthy-trial-${run}-counters`;
  try {
    await engine.containers.create(name, {
      Image: await probeImage(engine),
      Entrypoint: PROBE_PROGRAM.slice(0, 1),
      Cmd: PROBE_PROGRAM.slice(1),
      User: `${PROBE_UID}:${PROBE_UID}`,
      Labels: labels,
      HostConfig: {
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Memory: 64 * 1024 ** 2,
        PidsLimit: 64,
        Init: true,
        Mounts: [{ Type: "bind", Source: "/sys/fs/cgroup", Target: FOLDER, ReadOnly: true }],
      },
    });
    await engine.containers.start(name);
  } catch {
    await engine.containers.remove(name);
    return undefined;
  }
  const watch = async (running: Running): Promise<Counting | undefined> => {
    const { id } = await running.state();
    const execution = await inside.exec(name, { command: ["/bin/busybox", "sh", "-c", watching(id)] });
    execution.stream.end();
    const memory: SeriesPoint[] = [];
    const pids: SeriesPoint[] = [];
    let rest = "";
    const begun = Promise.withResolvers<readonly string[] | undefined>();
    execution.stream.on("data", (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString("latin1")}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("peaks ")) begun.resolve(line.split(" ").slice(1));
        const reading = readingOf(line);
        if (reading === undefined) continue;
        const at = Math.round(performance.now() - running.startedAt);
        memory.push({ at, value: reading.memory });
        if (reading.pids !== undefined) pids.push({ at, value: reading.pids });
      }
    });
    for (const event of ["end", "close", "error"]) execution.stream.once(event, () => begun.resolve(undefined));
    const files = await begun.promise;
    if (files === undefined) return undefined;
    return {
      end: async () => {
        const [memoryPeak = 0, pidsPeak = 0] = await Promise.all(
          files.map(async (file) => Number((await execIn(inside, name, ["/bin/busybox", "cat", file])).output.trim())),
        );
        execution.stream.destroy();
        return {
          memory,
          pids,
          // A file that this kernel does not have is words, which are no number.
          ...(memoryPeak > 0 ? { memoryPeakBytes: memoryPeak } : {}),
          ...(pidsPeak > 0 ? { pidsPeak } : {}),
        };
      },
    };
  };
  return { watch };
};
