import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../test/support/e2e/installation.ts";
import { addressOf, awaitReady, type Contrast, inTurn, startContainer, stopContainer, type Way } from "./way.ts";
import { startHaproxy } from "./haproxy.ts";

const backendOf = (address: string): string => `
backend web
    option httpchk GET /readyz
    server web ${address}:3000 check inter 1s`;

/**
 * One HAProxy reload a deploy: the new container is started and ready, its address takes the old one's place in the configuration, the master reloads, and once
 * the old worker is gone (at most 10 s) the old container is stopped.
 */
export const reloadEach = async (contrast: Contrast): Promise<Way> => {
  const { shop, images } = contrast;
  const network = `${shop.project}_default`;
  const next = inTurn(images);
  const port = await freePort();
  let count = 0;
  const start = async (): Promise<readonly [string, string]> => {
    const name = await startContainer(contrast, `${shop.project}-contrast-${++count}`, next(), ["--network", network]);
    const address = await addressOf(shop, name, network);
    await awaitReady(`http://${address}:3000`, shop.host);
    return [name, address];
  };
  let [current, address] = await start();
  const proxy = await startHaproxy(shop, { network: "host", port, backend: backendOf(address) });
  const url = `http://127.0.0.1:${port}`;
  await awaitReady(url, shop.host);
  const oldWorkers = async (): Promise<boolean> =>
    /^# old workers\n\d/m.test(await proxy.master("show proc").catch(() => "# old workers\n0"));
  return {
    what: "one HAProxy reload each",
    url,
    host: shop.host,
    replace: async () => {
      const imageThereAtMs = Date.now();
      const old = current;
      [current, address] = await start();
      proxy.configure(backendOf(address));
      await proxy.master("reload").catch(() => "");
      for (const untilMs = performance.now() + 10_000; performance.now() < untilMs && (await oldWorkers());) await sleep(50);
      await stopContainer(shop, old);
      return { imageThereAtMs, container: current };
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await stopContainer(shop, current);
    },
  };
};
