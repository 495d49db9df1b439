import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

export const withoutNetwork: Trial = {
  id: "without-network",
  items: ["restart-policy"],
  level: "standard",
  summary: "Without any network it starts, or ends and says why.",
  why: "A host comes up before its network does, and a resolver can be away for an hour. What hangs then without a word is restarted by nobody and explained to nobody.",
  method:
    "The container is run without a network: its smoke requests must be answered as before over its own loopback, or it must end and have said something on the way.",
  source: "https://docs.docker.com/engine/network/drivers/none/",
  applies: ({ dependencies }) =>
    dependencies.length === 0
      ? true
      : `it needs ${dependencies.map(({ name }) => name).join(", ")} over a network; dependency-down takes them away`,
  run: async (lab, { smoke, limitMs }) => {
    const running = await lab.start({
      name: "without-network",
      change: ({ NetworkingConfig: _, ...config }) => ({ ...config, HostConfig: { ...config.HostConfig, NetworkMode: "none" } }),
    });
    const up = await comesUp(running, smoke, limitMs);
    const lines = up.up ? [] : (await running.logs(20)).filter((line) => line.trim() !== "");
    await running.remove();
    if (up.up) return { state: "proven", because: `without a network it was up after ${up.tookMs} ms`, measured: { upMs: up.tookMs } };
    if (up.exitCode === undefined)
      return {
        state: "disproved",
        because: `without a network it neither came up nor ended: ${up.words}`,
        measured: { lines: lines.length },
      };
    const measured = { exitCode: up.exitCode, lines: lines.length };
    if (lines.length === 0) return { state: "disproved", because: `without a network ${up.words}, and said nothing`, measured };
    return { state: "proven", because: `without a network ${up.words}`, measured, unless: "whether its words help is for people to judge" };
  },
};
