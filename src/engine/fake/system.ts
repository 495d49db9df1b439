import type { System } from "../ports.ts";
import { type FakeStore, hasLabels } from "./store.ts";

const FAKE_ADDRESS = "fake://engine";

export const fakeSystem = (store: FakeStore): System => ({
  info: async () => ({
    name: "fake",
    version: "20.10.24",
    apiVersion: "1.41",
    platform: store.platform,
    cpus: 2,
    memoryBytes: 4 * 1024 ** 3,
    storageFolder: "/var/lib/docker",
    cgroupVersion: 2,
    securityOptions: ["name=seccomp,profile=default"],
    rootless: false,
    address: FAKE_ADDRESS,
  }),
  events: ({ labels = {}, signal }) => {
    let at = store.events.length;
    return (async function* () {
      while (!signal.aborted) {
        for (let event = store.events[at]; event !== undefined; event = store.events[at]) {
          at += 1;
          if (hasLabels(event.attributes, labels)) yield event;
        }
        if (signal.aborted) return;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            store.watchers.delete(wake);
            signal.removeEventListener("abort", wake);
            resolve();
          };
          store.watchers.add(wake);
          signal.addEventListener("abort", wake, { once: true });
        });
      }
    })();
  },
});
