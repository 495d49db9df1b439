import { load } from "../load.ts";
import { comesUp } from "../up.ts";
import type { Trial } from "../trial.ts";

/** The engine's own mount points, and what any program leaves. */
const NOISE =
  /^\/(?:proc|sys|dev|etc\/(?:hosts|hostname|resolv\.conf|mtab)|run\/secrets|(?:usr\/)?sbin\/docker-init)(?:\/|$)|__pycache__|\.pyc$/;

const leavesOf = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));

export const fileWrites: Trial = {
  id: "file-writes",
  items: ["read-only-rootfs", "stateless"],
  level: "standard",
  summary: "Under requests, nothing is written into the container's own layer.",
  why: "What is written there is gone with the next release, counts against nobody's limit, and fills the host's disk.",
  method: "The container is run with a root that can be written and asked for a while; then the engine lists what differs from its image.",
  source: "https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerChanges",
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const running = await lab.start({
      name: "file-writes",
      change: (config) => ({ ...config, HostConfig: { ...config.HostConfig, ReadonlyRootfs: false } }),
    });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: `it did not come up with a root that can be written: ${up.words}` };
    const { requests } = await load(running, smoke, { forMs: 1500, connections: 4 });
    const mounts = lab.subject.spec.mounts.map(({ target }) => target);
    const inMount = (path: string): boolean =>
      mounts.some((target) => path === target || path.startsWith(`${target}/`) || target.startsWith(`${path}/`));
    const changed = (await lab.inside.changes(running.name)).map(({ path }) => path);
    // A folder is listed as modified when anything below it is.
    const written = leavesOf(changed)
      .filter((path) => !NOISE.test(path) && !inMount(path))
      .toSorted();
    const measured = { written: written.slice(0, 50), writtenCount: written.length, requests };
    const unless = "a path that only other requests write is not seen";
    if (written.length === 0)
      return { state: "proven", because: `nothing was written outside of its volumes over ${requests} requests`, measured, unless };
    const shown = `${written.slice(0, 5).join(", ")}${written.length > 5 ? ` and ${written.length - 5} more` : ""}`;
    return { state: "disproved", because: `it wrote into the container itself: ${shown}`, measured, unless };
  },
};
