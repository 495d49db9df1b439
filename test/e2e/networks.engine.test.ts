import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { answersAgain, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { containersOf } from "../support/e2e/whole.ts";

let shop: Installation;

/** The ledger is in both networks, so that it stays when the web service goes from one to the other. */
const prepare = (folder: string): void => {
  const path = join(folder, "compose.yaml");
  const text = readFileSync(path, "utf8")
    .replace("    build: { context: web }\n", "$&    networks: [default]\n")
    .replace("    build: { context: ledger }\n", "$&    networks: [default, inner]\n");
  writeFileSync(path, `${text}\nnetworks:\n  default: {}\n  inner: { internal: true }\n`);
};

beforeAll(async () => {
  shop = await createShop({ prepare });
  await must("ship");
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const must = async (...args: readonly string[]): Promise<void> => {
  const { exit, said } = await shop.seaworthy(args);
  expect(exit, said).toBe(0);
};

/** The networks of the service's only container, each with its address there, by name. */
const networksOf = async (service: string): Promise<Readonly<Record<string, string>>> => {
  const [line = ""] = (await containersOf(shop)).filter((one) => one.startsWith(`${shop.project}-${service}-`));
  const said = await shop.docker.run(["inspect", "--format", "{{json .NetworkSettings.Networks}}", line.split(" ")[0] ?? ""]);
  const networks = JSON.parse(said) as Readonly<Record<string, { readonly IPAddress: string }>>;
  return Object.fromEntries(
    Object.entries(networks).map(([name, { IPAddress: address }]) => [name.replace(`${shop.project}_`, ""), address]),
  );
};

/** Of a /22: those of the lower half are given by the release. */
const isLower = (address = ""): boolean => Number(address.split(".")[2]) % 4 < 2;

const noDrift = async (): Promise<void> => expect((await shop.json(["status"]))["drift"]).toEqual([]);

test("a service is in its own network and no other, at an address that outlives restarts", async () => {
  const [web, ledger] = [await networksOf("web"), await networksOf("ledger")];
  expect(Object.keys(web)).toEqual(["default"]);
  expect([isLower(web["default"]), isLower(ledger["default"])], "given, and of the engine's choice").toEqual([true, false]);
  const names = (await containersOf(shop)).map((line) => line.split(" ")[0] ?? "");
  await shop.docker.run(["stop", ...names]);
  await shop.docker.run(["start", ...names.toSorted()]);
  await answersAgain(shop, 30_000);
  expect(await networksOf("web")).toEqual(web);
  await noDrift();
});

test("it leaves that network in a release, and comes back with a rollback: nothing is lost", async () => {
  const compose = readFileSync(join(shop.projectFolder, "compose.yaml"), "utf8").replace(
    "    networks: [default]\n",
    "    networks: [inner]\n",
  );
  await shop.commit(
    { "compose.yaml": compose, "web/version.js": 'export const version = "2.0.0";\nexport const ready = true;\n' },
    "v2.0.0",
  );
  await underLoad(shop, () => must("ship"));
  expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
  expect(Object.keys(await networksOf("web")).toSorted()).toEqual(["inner", "seaworthy-ingress"]);
  await noDrift();
  await underLoad(shop, () => must("rollback"));
  expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
  expect(Object.keys(await networksOf("web"))).toEqual(["default"]);
  await noDrift();
});

test("all is gone, and its network was made again by somebody: it is reached beside that one", async () => {
  const names = (await containersOf(shop)).map((line) => line.split(" ")[0] ?? "");
  await shop.docker.run(["rm", "-f", ...names]);
  const networks = ["default", "inner", "seaworthy-ingress"].map((name) => `${shop.project}_${name}`);
  await shop.docker.run(["network", "rm", ...networks]);
  // As an earlier version made it: with the project's label, without a range of ours.
  await shop.docker.run(["network", "create", "--label", `dev.seaworthy.project=${shop.project}`, `${shop.project}_default`]);
  await must("reconcile");
  await answersAgain(shop, 10_000);
  expect(Object.keys(await networksOf("web")).toSorted()).toEqual(["default", "seaworthy-ingress"]);
  await noDrift();
  await shop.docker.run(["rm", "-f", ...(await containersOf(shop)).map((line) => line.split(" ")[0] ?? "")]);
  await shop.docker.run(["network", "rm", ...networks]);
  await must("reconcile");
  await answersAgain(shop, 10_000);
  expect(Object.keys(await networksOf("web"))).toEqual(["default"]);
  await noDrift();
});
