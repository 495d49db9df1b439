import { setTimeout as sleep } from "node:timers/promises";
import { get } from "../../../test/support/e2e/shop.ts";
import { addressOf, awaitReady, type Contrast, inTurn, startContainer, stopContainer, type Way } from "./way.ts";
import { startHaproxy } from "./haproxy.ts";

const ALIAS = "contrast";
/** A proxy that follows the network's DNS, with checks of its own: as helpful as such a proxy can be. */
export const followingDns = (name: string): string => `
resolvers engine
    nameserver dns 127.0.0.11:53
    timeout resolve 1s
    timeout retry 1s
    hold valid 1s
    hold obsolete 0s
backend web
    option httpchk GET /readyz
    server-template web 4 ${name}:3000 check inter 1s resolvers engine init-addr none`;

/**
 * What docker-rollout does (v0.13): a second container beside the first, looked at each second until it is healthy, then `docker stop` and `docker rm`
 * of the old one. The proxy finds out by itself.
 */
export const dockerRollout = async (contrast: Contrast): Promise<Way> => {
  const { shop, images } = contrast;
  const { project, host } = shop;
  const network = `${project}_default`;
  const next = inTurn(images);
  let count = 0;
  const start = (): Promise<string> =>
    startContainer(contrast, `${project}-contrast-${++count}`, next(), ["--network", network, "--network-alias", ALIAS]);
  // The image has no shell for the engine's own health check, so it is asked from here; the engine would know a second later.
  const healthy = async (name: string): Promise<void> => {
    const url = `http://${await addressOf(shop, name, network)}:3000`;
    while ((await get({ url, host }, "/readyz").catch(() => undefined))?.status !== 200) await sleep(1000);
  };
  let current = await start();
  const proxy = await startHaproxy(shop, { network, port: 8080, backend: followingDns(ALIAS) });
  const url = `http://${await addressOf(shop, proxy.name, network)}:8080`;
  await awaitReady(url, host);
  return {
    what: "docker-rollout's method, proxy follows DNS",
    url,
    host,
    replace: async () => {
      const imageThereAtMs = Date.now();
      const container = await start();
      await healthy(container);
      await stopContainer(shop, current);
      current = container;
      return { imageThereAtMs, container };
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await stopContainer(shop, current);
    },
  };
};
