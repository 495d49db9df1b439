import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { viewProxy } from "./haproxy.ts";
import type { Installation } from "./installation.ts";
import { get } from "./shop.ts";

/** Names of the project's containers, stopped ones too. */
export const containersOf = async ({ docker, project }: Installation): Promise<readonly string[]> =>
  (await docker.lines(["ps", "-a", "--filter", `label=dev.seaworthy.project=${project}`, "--format", "{{.Names}} {{.State}}"])).toSorted();

/** What must be as it was when something was refused. */
export const pictureOf = async (shop: Installation): Promise<unknown> => ({
  containers: await shop.docker.lines([
    "ps",
    "-a",
    "--no-trunc",
    "--filter",
    `label=dev.seaworthy.project=${shop.project}`,
    "--format",
    "{{.ID}} {{.Names}} {{.State}}",
  ]),
  networks: await shop.docker.lines(["network", "ls", "-q", "--filter", `label=dev.seaworthy.project=${shop.project}`]),
  servers: (await viewProxy(shop)).servers,
  live: (await shop.json(["status"]))["live"],
});

/** Number of the release whose container of a service runs now; releases that do not change a service leave its containers alone. */
const runningRelease = (containers: readonly string[], shop: Installation, service: string): number =>
  Number(
    containers
      .map((line) => new RegExp(`^${shop.project}-${service}-r(\\d+)-1 running$`).exec(line)?.[1])
      .find((number) => number !== undefined),
  );

/** The shop is whole: this release serves, nothing of another is left over, nothing is unfinished, nobody is said to be at work. */
export const expectWhole = async (
  shop: Installation,
  { release, version }: { readonly release: number; readonly version: string },
): Promise<void> => {
  const { project, docker, scratch } = shop;
  const status = await shop.seaworthy(["status", "--json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({ live: { release, version }, drift: [], holders: {} });
  expect(JSON.parse(status.stdout)).not.toHaveProperty("unfinished");
  expect(status.exit).toBe(0);
  const containers = await containersOf(shop);
  const web = runningRelease(containers, shop, "web");
  expect(containers).toEqual([
    `${project}-ledger-r${runningRelease(containers, shop, "ledger")}-1 running`,
    `${project}-web-r${web}-1 running`,
  ]);
  expect((await viewProxy(shop)).servers).toEqual({ [`r${web}-1`]: 100 });
  const config = readFileSync(join(scratch.state, "proxy/config/haproxy.cfg"), "utf8");
  expect([...config.matchAll(/^ {4}server (\S+)/gm)].map(([, name]) => name)).toEqual([`r${web}-1`]);
  const networks = await docker.lines(["network", "ls", "--filter", `label=dev.seaworthy.project=${project}`, "--format", "{{.Name}}"]);
  expect(networks, "its own network is enough, and no other is left over").toEqual([`${project}_default`]);
  expect(await get(shop)).toMatchObject({ status: 200, version });
};
