import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dyingOn } from "../support/e2e/dying.ts";
import { askProxy, viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { answersAgain, createShop, get } from "../support/e2e/shop.ts";
import { twoReplicas, websOf } from "../support/e2e/two-replicas.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { spread } from "../support/extent.ts";

let shop: Installation;

beforeAll(async () => {
  shop = await createShop({ prepare: twoReplicas });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const drift = async (exit: number): Promise<readonly string[]> => {
  const status = await shop.seaworthy(["status", "--json"]);
  expect(status.exit, status.said).toBe(exit);
  return (JSON.parse(status.stdout) as { drift: readonly string[] }).drift;
};

const webs = (): Promise<readonly string[]> => websOf(shop);

const repaired = async (): Promise<string> => {
  const planned = await shop.seaworthy(["reconcile", "--dry-run"]);
  expect(planned.exit, planned.said).toBe(1);
  const result = await shop.seaworthy(["reconcile", "--why", "the test broke it"]);
  expect(result.exit, result.said).toBe(0);
  expect(await drift(0)).toEqual([]);
  expect(Object.values((await viewProxy(shop)).servers)).toEqual([100, 100]);
  return result.said;
};

/** Until HAProxy's checks have seen what was done to a server: requests of that moment are lost whoever repairs. */
const seenDown = async (server: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const stat = await askProxy(shop, "show stat");
    if (new RegExp(`^${shop.project}\\.web,${server},.*,DOWN`, "m").test(stat)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${server} was never seen down`);
};

const serverOf = (container: string): string => container.replace(/^.*-web-/, "");

test("nothing to do", async () => {
  expect(await drift(0)).toEqual([]);
  const result = await shop.seaworthy(["reconcile"]);
  expect(result, result.said).toMatchObject({ exit: 0, stdout: expect.stringContaining("all is as the live release says") });
  expect((await shop.json(["history"]))["releases"]).toHaveLength(1);
});

test("docker rm -f of a replica: named, and made again under load", async () => {
  const [gone = "", stays] = await webs();
  await shop.docker.run(["rm", "-f", gone]);
  expect(await drift(1)).toEqual(["web: 1 of 2 containers run", `web: the proxy has a server ${serverOf(gone)} that is no container`]);
  await seenDown(serverOf(gone));
  await underLoad(shop, async () => {
    await repaired();
  });
  expect(await webs()).toEqual(expect.arrayContaining([stays]));
  expect(await webs()).toHaveLength(2);
  const history = (await shop.json(["history"]))["releases"];
  expect(history).toMatchObject([{ release: 2, repairs: 1, version: "1.0.0", serving: true, why: "the test broke it" }, { release: 1 }]);
});

test("a replica that somebody stopped is started again", async () => {
  const [first = ""] = await webs();
  await shop.docker.run(["stop", first]);
  expect(await drift(1)).toEqual(["web: 1 of 2 containers run", `web: ${first} is exited`]);
  await seenDown(serverOf(first));
  await underLoad(shop, async () => {
    await repaired();
  });
  expect(await webs()).toContain(first);
});

/** HAProxy refuses it as long as a request is under way there, or a connection is kept for the next one. */
const deleteServer = async (server: string): Promise<void> => {
  let answer = "";
  for (let tries = 0; tries < 200; tries += 1) {
    answer = (await askProxy(shop, `del server ${server}`)).trim();
    if (!/still has|cannot remove/i.test(answer)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(answer).toMatch(/^(?:Server deleted\.)?$/);
};

test("weights and maintenance through HAProxy's socket", () =>
  underLoad(shop, async () => {
    const [first = "", second = ""] = (await webs()).map(serverOf);
    const backend = `${shop.project}.web`;
    await askProxy(shop, `set weight ${backend}/${first} 7`);
    await askProxy(shop, `set server ${backend}/${second} state maint`);
    expect(await drift(1)).toEqual([
      expect.stringMatching(/gives .* a weight of 7 instead of 100$/),
      expect.stringMatching(/sees .* as MAINT/),
    ]);
    await repaired();
    await askProxy(shop, `set server ${backend}/${first} state maint`);
    await deleteServer(`${backend}/${first}`);
    expect(await askProxy(shop, `add server ${backend}/r99-1 127.0.0.1:9 weight 0`)).toContain("New server registered");
    expect(await drift(1)).toEqual([
      "web: the proxy has a server r99-1 that is no container",
      expect.stringMatching(/^web: the proxy does not know /),
    ]);
    await repaired();
  }));

test("docker network disconnect", async () => {
  const [first = ""] = await webs();
  const network = `${shop.project}_default`;
  await shop.docker.run(["network", "disconnect", network, first]);
  expect(await drift(1)).toContain(`web: ${first} is not connected to the network ${network}`);
  await seenDown(serverOf(first));
  await underLoad(shop, async () => {
    await repaired();
  });
  await shop.docker.run(["network", "disconnect", network, first]);
  await shop.docker.run(["network", "connect", network, first]);
  expect(await drift(1)).toEqual(expect.arrayContaining([expect.stringMatching(/has the address [\d.]+ in .*, not /)]));
  await repaired();
});

test("HAProxy stopped, and its configuration edited", async () => {
  await shop.docker.run(["stop", "seaworthy-proxy"]);
  expect(await drift(1)).toContain("HAProxy does not run");
  await repaired();
  await answersAgain(shop, 10_000);
  writeFileSync(join(shop.scratch.state, "proxy/config/hosts.map"), "elsewhere.example swe2e.web\n");
  expect(await drift(1)).toEqual(["the configuration files of HAProxy are not what this version of Seaworthy writes"]);
  await underLoad(shop, async () => {
    await repaired();
  });
});

test("killed at steps of a repair, and resumed: all is as it should be", async () => {
  for (const step of spread(["web/unlist/", "web/create/1", "web/start/1", "web/server/1", "web/shift"], 3)) {
    const [gone = ""] = await webs();
    await shop.docker.run(["rm", "-f", gone]);
    await seenDown(serverOf(gone));
    await underLoad(shop, async () => {
      const dead = await shop.seaworthy(["reconcile"], { env: dyingOn("intent", step) });
      expect(dead.exit, dead.said).toBeUndefined();
      const refused = await shop.seaworthy(["reconcile"]);
      expect(refused.exit, refused.said).toBe(4);
      const resumed = await shop.seaworthy(["deploy", "--resume"]);
      expect(resumed.exit, resumed.said).toBe(0);
    });
    expect(await drift(0), step).toEqual([]);
  }
});

test("what Seaworthy did not start stays as it is", async () => {
  const name = `${shop.project}-stranger`;
  const image = (await shop.docker.lines(["inspect", "--format", "{{.Image}}", (await webs())[0] ?? ""]))[0] ?? "";
  await shop.docker.run(["run", "-d", "--name", name, "--label", `com.docker.compose.project=${shop.project}`, image]);
  try {
    expect(await drift(0)).toEqual([]);
    const [gone = ""] = await webs();
    await shop.docker.run(["rm", "-f", gone]);
    await repaired();
    expect(await shop.docker.lines(["inspect", "--format", "{{.State.Status}}", name])).toEqual(["running"]);
    expect(await get(shop)).toMatchObject({ status: 200 });
  } finally {
    await shop.docker.attempt(["rm", "-f", name]);
  }
});

test("rollback goes past repairs to what was before", async () => {
  const refused = await shop.seaworthy(["rollback"]);
  expect(refused.exit, refused.said).toBe(2);
  expect(refused.said).toContain("no earlier release");
});
