import { freePort } from "../../../test/support/e2e/installation.ts";
import { awaitReady, type Contrast, inTurn, startContainer, stopContainer, type Way } from "./way.ts";

/** `docker compose up` on a service with a published port: stop the old container, remove it, start the new one on the same port. */
export const stopFirst = async (contrast: Contrast): Promise<Way> => {
  const { shop, images } = contrast;
  const port = await freePort();
  const name = `${shop.project}-contrast`;
  const next = inTurn(images);
  const url = `http://127.0.0.1:${port}`;
  const start = (): Promise<string> =>
    startContainer(contrast, name, next(), ["--network", `${shop.project}_default`, "--publish", `${port}:3000`]);
  await start();
  await awaitReady(url, shop.host);
  return {
    what: "stop first, as docker compose up",
    url,
    host: shop.host,
    replace: async () => {
      const imageThereAtMs = Date.now();
      await stopContainer(shop, name);
      const container = await start();
      await awaitReady(url, shop.host);
      return { imageThereAtMs, container };
    },
    [Symbol.asyncDispose]: () => stopContainer(shop, name),
  };
};
