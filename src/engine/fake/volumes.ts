import type { Volumes } from "../ports.ts";
import { type FakeStore, hasLabels, refusal } from "./store.ts";

export const fakeVolumes = (store: FakeStore): Volumes => ({
  create: async (name, config = {}) => {
    const driver = config.driver ?? "local";
    const existing = store.volumes.get(name);
    if (existing !== undefined && existing.driver !== driver)
      throw refusal(`create the volume ${name}`, `a volume named ${name} already exists with the ${existing.driver} driver`, 409);
    if (existing === undefined)
      store.volumes.set(name, { name, driver, labels: config.labels ?? {}, mountpoint: `/var/lib/docker/volumes/${name}/_data` });
  },
  inspect: async (volume) => store.volumes.get(volume),
  list: async (labels) => [...store.volumes.values()].filter((volume) => hasLabels(volume.labels, labels)),
  remove: async (volume) => {
    const users = [...store.containers.values()].filter((one) =>
      one.config.HostConfig.Mounts?.some((mount) => mount.Type === "volume" && mount.Source === volume),
    );
    if (users.length > 0)
      throw refusal(`remove the volume ${volume}`, `remove ${volume}: volume is in use - [${users.map((one) => one.id).join(", ")}]`, 409);
    store.volumes.delete(volume);
  },
});
