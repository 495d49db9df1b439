import { describe, expect, test } from "vitest";
import { fakeClock, FULL_TRAFFIC, NO_TRAFFIC, type Weight } from "../core/index.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import { reconcileServers } from "./reconcile.ts";
import { serverOf } from "./test-data/backends.ts";

interface Row {
  readonly name: string;
  address?: string;
  weight?: number;
  status?: string;
  checkStatus?: string;
  /** How often it refuses to be deleted. */
  sticky?: number;
}

/** HAProxy's side of the conversation, as far as servers go, and every command that changes something. */
const scripted = (given: readonly Row[], { refuse }: { readonly refuse?: RegExp } = {}) => {
  const rows = new Map(
    given.map((row) => [row.name, { address: "10.209.0.2:3000", weight: 100, status: "UP", checkStatus: "L7OK", sticky: 0, ...row }]),
  );
  const said: string[] = [];
  const cut: string[] = [];
  const one = (command: string): string => {
    if (/^show stat (?!shop\.web )/.test(command)) return "No such proxy.\n\n";
    if (command === "show stat shop.web 6 -1")
      return `# pxname,svname,status,check_status,addr,uweight\nshop.web,BACKEND,UP,,,\n${[...rows.values()].map((row) => `shop.web,${row.name},${row.status},${row.checkStatus},${row.address},${row.weight}\n`).join("")}\n`;
    said.push(command.replaceAll("shop.web/", ""));
    if (refuse?.test(command) === true) return "No.\n\n";
    const name = /shop\.web\/(\S+)/.exec(command)?.[1] ?? "";
    const row = rows.get(name);
    const [verb] = command.split(" shop.web/");
    if (verb === "add server") {
      if (row !== undefined) return "Already exists a server with the same name in backend.\n\n";
      rows.set(name, { name, address: command.split(" ")[3] ?? "", weight: 0, status: "MAINT", checkStatus: "", sticky: 0 });
      return "New server registered.\n\n";
    }
    if (row === undefined) return "No such server.\n\n";
    if (verb === "enable health") row.checkStatus = "INI";
    else if (verb === "enable server" || command.endsWith("state ready")) row.status = row.weight === 0 ? "DRAIN" : "UP";
    else if (command.endsWith("state maint")) row.status = "MAINT";
    else if (verb === "set weight") {
      row.weight = Number(command.split(" ").at(-1));
      if (row.status !== "MAINT" && row.weight > 0) row.status = "UP";
    } else if (verb === "shutdown sessions server") {
      cut.push(name);
      row.sticky = Math.min(row.sticky, 1);
    } else if (verb === "del server") {
      if (row.status !== "MAINT") return "Only servers in maintenance mode can be deleted.\n\n";
      if (row.sticky > 0) {
        row.sticky -= 1;
        return "Server still has connections attached to it, cannot remove it.\n\n";
      }
      rows.delete(name);
      return "Server deleted.\n\n";
    }
    return "\n";
  };
  const runtime: Runtime = async (line) => line.split(";").map(one).join("");
  return { runtime, said, cut, state: () => [...rows.values()].map(({ name, weight, status }) => `${name}=${weight} ${status}`) };
};

const reconcile = (runtime: Runtime, ...servers: readonly ReturnType<typeof serverOf>[]) =>
  reconcileServers(runtime, "shop.web", servers, fakeClock());
const server = (name: string, weight: Weight = FULL_TRAFFIC) => serverOf(name, weight);

test("what is as it should be is left alone", async () => {
  const { runtime, said } = scripted([{ name: "r1-1" }, { name: "r2-1", weight: 0, status: "DRAIN" }]);
  await reconcile(runtime, server("r1-1"), server("r2-1", NO_TRAFFIC));
  expect(said).toEqual([]);
});

test("a new server is registered with weight 0, enabled, and checked, in this order", async () => {
  const { runtime, said } = scripted([{ name: "r1-1" }]);
  await reconcile(runtime, server("r1-1"), server("r2-1", NO_TRAFFIC));
  expect(said).toEqual([
    "add server r2-1 10.209.0.2:3000 check inter 1s fastinter 250ms downinter 500ms rise 2 fall 3 weight 0",
    "enable server r2-1",
    "enable health r2-1",
  ]);
});

test("traffic moves to the new ones before it leaves the old ones, and these go last", async () => {
  const { runtime, said, state } = scripted([{ name: "r1-1" }, { name: "r1-2" }, { name: "r2-1", weight: 0, status: "DRAIN" }]);
  await reconcile(runtime, server("r1-1", NO_TRAFFIC), server("r2-1"));
  expect(said).toEqual([
    "set server r2-1 state ready",
    "set weight r2-1 100",
    "set weight r1-1 0",
    "set server r1-2 state maint",
    "del server r1-2",
  ]);
  expect(state()).toEqual(["r1-1=0 UP", "r2-1=100 UP"]);
});

describe("what somebody or a crash left", () => {
  test.each([
    ["registered and not enabled", { status: "MAINT", checkStatus: "", weight: 0 }],
    ["checked and not enabled", { status: "MAINT", checkStatus: "INI", weight: 0 }],
    ["put into maintenance", { status: "MAINT" }],
    ["put into a drain", { status: "DRAIN" }],
    ["given another weight", { weight: 7 }],
    ["no longer checked", { checkStatus: "" }],
  ])("a server %s serves again", async (_, row) => {
    const { runtime, state, said } = scripted([{ name: "r1-1", ...row }]);
    await reconcile(runtime, server("r1-1"));
    expect(state()).toEqual(["r1-1=100 UP"]);
    expect(said.length).toBeGreaterThan(0);
    said.length = 0;
    await reconcile(runtime, server("r1-1"));
    expect(said).toEqual([]);
  });

  test("a server under the right name at the wrong address goes first, and comes back without traffic until it has its weight", async () => {
    const { runtime, said } = scripted([{ name: "r1-1", address: "10.209.0.9:3000" }]);
    await reconcile(runtime, server("r1-1"));
    expect(said.map((command) => command.split(" ").slice(0, 3).join(" "))).toEqual([
      "set server r1-1",
      "del server r1-1",
      "add server r1-1",
      "enable server r1-1",
      "enable health r1-1",
      "set server r1-1",
      "set weight r1-1",
    ]);
  });

  test("a server in maintenance that is not wanted, as one half deleted, goes", async () => {
    const { runtime, state } = scripted([{ name: "r1-1", status: "MAINT" }, { name: "r2-1" }]);
    await reconcile(runtime, server("r2-1"));
    expect(state()).toEqual(["r2-1=100 UP"]);
  });
});

describe("connections that outlive a drain", () => {
  test("are waited for", async () => {
    const { runtime, cut, state } = scripted([{ name: "r1-1", sticky: 10 }]);
    await reconcile(runtime);
    expect([state(), cut]).toEqual([[], []]);
  });
  test("are cut once, after their grace", async () => {
    const { runtime, cut, state } = scripted([{ name: "r1-1", sticky: 1000 }]);
    await reconcile(runtime);
    expect([state(), cut]).toEqual([[], ["r1-1"]]);
  });
  test("that HAProxy keeps even then are an error, not a wait without end", async () => {
    const { runtime } = scripted([{ name: "r1-1", sticky: Number.POSITIVE_INFINITY }]);
    const stubborn: Runtime = (command) => (command.startsWith("shutdown sessions") ? Promise.resolve("\n") : runtime(command));
    await expect(reconcile(stubborn)).rejects.toMatchObject({ code: "PROXY_UNREACHABLE", message: expect.stringContaining("r1-1") });
  });
});

test.each(["add server", "enable health", "enable server", "set weight", "state ready"])(
  "a refused %s is an error with HAProxy's words",
  async (words) => {
    const { runtime } = scripted([], { refuse: new RegExp(words) });
    await expect(reconcile(runtime, server("r1-1"))).rejects.toMatchObject({
      code: "PROXY_UNREACHABLE",
      message: expect.stringMatching(/refused ".+": No\./),
    });
  },
);

test("a backend that HAProxy does not know is an error", async () => {
  const { runtime } = scripted([]);
  await expect(reconcileServers(runtime, "shop.api", [], fakeClock())).rejects.toMatchObject({ code: "PROXY_UNREACHABLE" });
});
