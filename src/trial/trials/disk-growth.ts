import { formatByteSize } from "../../core/index.ts";
import { load } from "../load.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const ROUNDS = 3;

export const diskGrowth: Trial = {
  id: "disk-growth",
  items: ["logs-stdout"],
  level: "deep",
  summary: "Requests do not make the container itself grow.",
  why: "A log, a cache or an upload in the container's own layer has no limit: it fills the disk that every other container, and the engine, live on.",
  method: `What its own layer holds is measured after each of ${ROUNDS} loads; what grew in every one of them after the first goes on growing.`,
  source: "https://docs.docker.com/reference/cli/docker/container/ls/#size",
  applies: ({ spec }, { smoke }) =>
    spec.readOnlyRoot
      ? "its root is read-only: nothing in it can grow"
      : smoke.requests.length > 0
        ? true
        : "it answers no requests over HTTP that could be counted",
  run: async (lab, { smoke, limitMs }) => {
    const running = await lab.start({ name: "disk-growth" });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const sizes: number[] = [];
    let requests = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const done = await load(running, smoke, { forMs: 700, connections: 4 });
      if (round > 0) requests += done.requests;
      sizes.push(await lab.inside.ownLayerBytes(running.name));
    }
    await running.remove();
    const growth = sizes.slice(1).map((size, index) => size - (sizes[index] ?? 0));
    const perThousand = requests === 0 ? 0 : Math.round((growth.reduce((sum, one) => sum + one, 0) / requests) * 1000);
    const measured = { layerBytes: sizes.map(String), requests, bytesPerThousandRequests: perThousand };
    const unless = "a cache that stops growing at a size of its own looks like a leak until then";
    if (requests === 0) return { state: "not-tried", because: "no request was answered in time", measured };
    if (growth.every((one) => one > 0))
      return {
        state: "disproved",
        because: `its own layer grew with every load, by ${formatByteSize(Math.max(0, perThousand))} for 1,000 requests`,
        measured,
        unless,
      };
    return {
      state: "proven",
      because: `its own layer did not go on growing over ${requests} requests`,
      measured,
      unless: "a path that only other requests write is not seen",
    };
  },
};
