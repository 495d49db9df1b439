import { freePort } from "../../../test/support/e2e/installation.ts";
import type { Installation } from "../../../test/support/e2e/installation.ts";
import { addressOf, awaitReady, type Contrast, inTurn, labelOf, type Way } from "./way.ts";
import { followingDns } from "./docker-rollout.ts";
import { startHaproxy } from "./haproxy.ts";

const NETWORK = "seaworthy-bench";
const GATEWAY = "docker_gwbridge";

/** The machine's engine as a Swarm of one node, for as long as this is not disposed; the shop's ledger can be reached in it. */
export interface Swarm extends AsyncDisposable {
  readonly network: string;
}

/** @throws when the engine is part of a Swarm already: that one is never touched */
export const beginSwarm = async ({ docker, project }: Installation): Promise<Swarm> => {
  if ((await docker.run(["info", "--format", "{{.Swarm.LocalNodeState}}"])) !== "inactive") {
    if ((await docker.attempt(["network", "inspect", NETWORK])).exitCode !== 0)
      throw new Error("this engine is part of a Swarm; the bench makes one of its own and needs an engine without");
    // A bench that was killed left it.
    await docker.run(["swarm", "leave", "--force"]);
  }
  const hadGateway = (await docker.attempt(["network", "inspect", GATEWAY])).exitCode === 0;
  await docker.run(["swarm", "init", "--advertise-addr", "127.0.0.1"]);
  const [ledger = ""] = await docker.lines([
    "ps",
    "--filter",
    `label=dev.seaworthy.project=${project}`,
    "--filter",
    "label=dev.seaworthy.service=ledger",
    "--format",
    "{{.Names}}",
  ]);
  await docker.run(["network", "create", "--driver", "overlay", "--attachable", NETWORK]);
  await docker.run(["network", "connect", "--alias", "ledger", NETWORK, ledger]);
  return {
    network: NETWORK,
    [Symbol.asyncDispose]: async () => {
      await docker.attempt(["network", "disconnect", "--force", NETWORK, ledger]);
      await docker.run(["swarm", "leave", "--force"]);
      if (!hadGateway) await docker.attempt(["network", "rm", GATEWAY]);
    },
  };
};

const SERVICE = "seaworthy-bench-web";

const create = async ({ shop }: Contrast, network: string, image: string, args: readonly string[]): Promise<void> => {
  const [, label = ""] = await labelOf(shop);
  const how = ["--init", "--read-only", "--cap-drop", "ALL", "--limit-memory", "128m", "--limit-cpu", "1", "--stop-grace-period", "10s"];
  await shop.docker.run(
    ["service", "create", "--no-resolve-image", "--name", SERVICE, "--container-label", label, "--network", network].concat([
      "--endpoint-mode",
      "dnsrr",
      "--update-monitor",
      "1s",
      ...how,
      ...args,
      image,
    ]),
  );
};

const update = (shop: Installation, image: string): Promise<unknown> =>
  shop.docker.run(["service", "update", "--no-resolve-image", "--image", image, SERVICE]);

const running = async ({ docker }: Installation): Promise<string> =>
  (await docker.lines(["ps", "--filter", `label=com.docker.swarm.service.name=${SERVICE}`, "--format", "{{.Names}}"]))[0] ?? "";

const waysEnd = async ({ docker }: Installation): Promise<void> => {
  await docker.run(["service", "rm", SERVICE]);
  while ((await docker.lines(["ps", "-aq", "--filter", `label=com.docker.swarm.service.name=${SERVICE}`])).length > 0);
};

/** Swarm, start-first, behind a proxy that follows the service's DNS. Its own routing mesh needs IPVS in the kernel, which not every machine has. */
export const swarmStartFirst = async (contrast: Contrast, { network }: Swarm): Promise<Way> => {
  const { shop, images } = contrast;
  const next = inTurn(images);
  await create(contrast, network, next(), ["--update-order", "start-first"]);
  const proxy = await startHaproxy(shop, { network, port: 8080, backend: followingDns(`tasks.${SERVICE}`) });
  // An overlay's addresses are not reached from the host; a bridge's are.
  const reached = `${shop.project}_default`;
  await shop.docker.run(["network", "connect", reached, proxy.name]);
  const url = `http://${await addressOf(shop, proxy.name, reached)}:8080`;
  await awaitReady(url, shop.host);
  return {
    what: "Swarm, start-first, proxy follows DNS",
    url,
    host: shop.host,
    replace: async () => {
      const imageThereAtMs = Date.now();
      await update(shop, next());
      return { imageThereAtMs, container: await running(shop) };
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await waysEnd(shop);
    },
  };
};

/** Swarm with the port published on the host: only stop-first gets anywhere on one node. */
export const swarmHostPort = async (contrast: Contrast, { network }: Swarm): Promise<Way & { startFirst(): Promise<string> }> => {
  const { shop, images } = contrast;
  const next = inTurn(images);
  const port = await freePort();
  await create(contrast, network, next(), ["--update-order", "stop-first", "--publish", `mode=host,published=${port},target=3000`]);
  const url = `http://127.0.0.1:${port}`;
  await awaitReady(url, shop.host);
  return {
    what: "Swarm, stop-first, host port",
    url,
    host: shop.host,
    replace: async () => {
      const imageThereAtMs = Date.now();
      await update(shop, next());
      await awaitReady(url, shop.host);
      return { imageThereAtMs, container: await running(shop) };
    },
    /** Asks for start-first on the host port, for 10 s. @returns what Swarm says of the new task then */
    startFirst: async () => {
      await shop.docker.run([
        "service",
        "update",
        "--detach",
        "--no-resolve-image",
        "--update-order",
        "start-first",
        "--image",
        next(),
        SERVICE,
      ]);
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      const [task = ""] = await shop.docker.lines(["service", "ps", SERVICE, "--format", "{{.CurrentState}}: {{.Error}}", "--no-trunc"]);
      return task;
    },
    [Symbol.asyncDispose]: () => waysEnd(shop),
  };
};
