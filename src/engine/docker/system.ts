import * as v from "valibot";
import { normalisePlatform, type Platform } from "../../core/index.ts";
import type { System } from "../ports.ts";
import type { EngineEvent } from "../types.ts";
import type { Connection } from "./connection.ts";
import { labelFilter } from "./filters.ts";
import { jsonFrames } from "./frames.ts";

const INFO = v.object({
  Name: v.nullish(v.string(), ""),
  ServerVersion: v.nullish(v.string(), ""),
  OSType: v.nullish(v.string(), "linux"),
  Architecture: v.string(),
  NCPU: v.nullish(v.number(), 0),
  MemTotal: v.nullish(v.number(), 0),
  DockerRootDir: v.nullish(v.string(), ""),
  CgroupVersion: v.nullish(v.string(), "1"),
  SecurityOptions: v.nullish(v.array(v.string()), []),
});

const EVENT = v.object({
  Type: v.picklist(["container", "network", "volume", "image", "daemon"]),
  Action: v.string(),
  Actor: v.nullish(v.object({ ID: v.nullish(v.string(), ""), Attributes: v.nullish(v.record(v.string(), v.string()), {}) }), {
    ID: "",
    Attributes: {},
  }),
  time: v.nullish(v.number(), 0),
  timeNano: v.nullish(v.number(), 0),
});

/** Frames of kinds Seaworthy does not know (plugin, service, builder) are left out. */
async function* readEvents(frames: AsyncIterable<unknown>): AsyncGenerator<EngineEvent> {
  for await (const frame of frames) {
    const parsed = v.safeParse(EVENT, frame);
    if (!parsed.success) continue;
    const { Type: type, Action: action, Actor: actor, time, timeNano } = parsed.output;
    yield { type, action, id: actor.ID, attributes: actor.Attributes, at: timeNano > 0 ? Math.floor(timeNano / 1e6) : time * 1000 };
  }
}

export const enginePlatform = (connection: Connection): (() => Promise<Platform>) => {
  let known: Platform | undefined;
  return async () => {
    if (known !== undefined) return known;
    const info = v.parse(INFO, await connection.call({ tried: "ask the engine about itself", method: "GET", path: "/info" }));
    known = normalisePlatform({ os: info.OSType, architecture: info.Architecture });
    return known;
  };
};

export const dockerSystem = (connection: Connection): System => ({
  info: async () => {
    const info = v.parse(INFO, await connection.call({ tried: "ask the engine about itself", method: "GET", path: "/info" }));
    return {
      name: info.Name,
      version: info.ServerVersion,
      apiVersion: await connection.apiVersion(),
      platform: normalisePlatform({ os: info.OSType, architecture: info.Architecture }),
      cpus: info.NCPU,
      memoryBytes: info.MemTotal,
      storageFolder: info.DockerRootDir,
      cgroupVersion: info.CgroupVersion === "2" ? 2 : 1,
      securityOptions: info.SecurityOptions,
      rootless: info.SecurityOptions.some((option) => option.includes("name=rootless")),
      address: connection.address,
    };
  },
  events: ({ labels = {}, signal }) => {
    // Asked for with the moment of this call, so that nothing between it and the connection is missed.
    const since = (Date.now() / 1000).toFixed(3);
    return (async function* () {
      const tried = "watch the engine's events";
      if (signal.aborted) return;
      try {
        const stream = await connection.stream({ tried, method: "GET", path: "/events", query: { since, ...labelFilter(labels) }, signal });
        try {
          yield* readEvents(jsonFrames(stream, tried));
        } finally {
          stream.destroy();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    })();
  },
});
