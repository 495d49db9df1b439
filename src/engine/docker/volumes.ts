import * as v from "valibot";
import type { Volumes, VolumeState } from "../ports.ts";
import { type Connection, path } from "./connection.ts";
import { unlessMissing } from "./containers.ts";
import { labelFilter } from "./filters.ts";

const VOLUME = v.object({
  Name: v.string(),
  Driver: v.string(),
  Labels: v.nullish(v.record(v.string(), v.string()), {}),
  Mountpoint: v.nullish(v.string(), ""),
});

const readVolume = (volume: v.InferOutput<typeof VOLUME>): VolumeState => ({
  name: volume.Name,
  driver: volume.Driver,
  labels: volume.Labels,
  mountpoint: volume.Mountpoint,
});

export const dockerVolumes = (connection: Connection): Volumes => ({
  create: async (name, config = {}) => {
    await connection.call({
      tried: `create the volume ${name}`,
      method: "POST",
      path: "/volumes/create",
      body: { Name: name, Driver: config.driver ?? "local", DriverOpts: config.options ?? {}, Labels: config.labels ?? {} },
    });
  },
  inspect: async (volume) => {
    const answer = await unlessMissing(
      connection.call({ tried: `inspect the volume ${volume}`, method: "GET", path: path`/volumes/${volume}` }),
    );
    return answer === undefined ? undefined : readVolume(v.parse(VOLUME, answer));
  },
  list: async (labels) => {
    const answer = await connection.call({ tried: "list volumes", method: "GET", path: "/volumes", query: labelFilter(labels) });
    return (v.parse(v.object({ Volumes: v.nullish(v.array(VOLUME)) }), answer).Volumes ?? []).map(readVolume);
  },
  remove: async (volume) => {
    await unlessMissing(connection.call({ tried: `remove the volume ${volume}`, method: "DELETE", path: path`/volumes/${volume}` }));
  },
});
