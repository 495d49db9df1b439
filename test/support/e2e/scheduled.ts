import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Installation } from "./installation.ts";
import { get } from "./shop.ts";

export const SECRET = "the token of the task 77e1c0";

/** Tells the ledger that it began and that it ended, prints its secret, and works and ends as its environment says. */
const TASK = `import { request } from "node:http";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const tell = (id) => new Promise((resolve) => {
  const asked = request({ host: "ledger", port: 4000, method: "POST", path: "/orders" }, (answer) => answer.resume());
  asked.on("close", resolve).end(JSON.stringify({ id }));
});
const { TASK_NAME, TASK_MS, TASK_EXIT, TASK_DEAF } = process.env;
if (TASK_DEAF === "yes") process.on("SIGTERM", () => console.log("not now"));
console.log("working with", readFileSync("/run/secrets/token", "utf8"));
await tell("begun " + TASK_NAME);
await sleep(Number(TASK_MS));
await tell("ended " + TASK_NAME);
process.exit(Number(TASK_EXIT));
`;

const SERVICE = `  task:
    build: { context: web }
    command: [task.js]
    depends_on: [ledger]
    environment: { TASK_NAME: "\${E2E_TASK:-first}", TASK_MS: "\${E2E_TASK_MS:-500}", TASK_EXIT: "\${E2E_TASK_EXIT:-0}", TASK_DEAF: "\${E2E_TASK_DEAF:-no}" }
    secrets: [{ source: token, uid: "65532", mode: 0400 }]
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    init: true
    stop_grace_period: 3s
    deploy: { resources: { limits: { cpus: "1.0", memory: 128M, pids: 64 } } }
    memswap_limit: 128M
    logging: { driver: json-file, options: { max-size: 1m, max-file: "2" } }
    x-seaworthy:
      schedule: { cron: "\${E2E_CRON:-*/3 * * * * *}", deadline: "\${E2E_DEADLINE:-60s}" }
`;

/** The shop with a service that runs by a schedule. */
export const withTask = (folder: string): void => {
  const path = join(folder, "compose.yaml");
  const text = readFileSync(path, "utf8").replace("services:\n", `services:\n${SERVICE}`);
  writeFileSync(path, `${text}\nsecrets:\n  token: { file: ../token }\n`);
  writeFileSync(join(folder, "../token"), SECRET);
  writeFileSync(join(folder, "web", "task.js"), TASK);
  const dockerfile = join(folder, "web", "Dockerfile");
  writeFileSync(dockerfile, readFileSync(dockerfile, "utf8").replace("version.js ./", "version.js task.js ./"));
};

/** How often a task of that name began and ended, as the ledger, which is not replaced, counted. */
export const tallied = async (shop: Installation, name: string): Promise<{ readonly begun: number; readonly ended: number }> => {
  const count = async (word: string): Promise<number> => {
    const { ids } = JSON.parse((await get(shop, `/orders?prefix=${encodeURIComponent(`${word} ${name}`)}`)).body) as {
      readonly ids: readonly (readonly [string, number])[];
    };
    return ids.find(([id]) => id === `${word} ${name}`)?.[1] ?? 0;
  };
  return { begun: await count("begun"), ended: await count("ended") };
};

/** `name state` of the containers of runs. */
export const runContainers = (shop: Installation): Promise<readonly string[]> =>
  shop.docker.lines(["ps", "-a", "--filter", "label=dev.seaworthy.role=scheduled", "--format", "{{.Names}} {{.State}}"]);

/** A process of `seaworthy agent`, and all that it has said. */
export const startAgent = (shop: Installation) => {
  const call = shop.call(["agent"]);
  let said = "";
  call.child.stderr?.on("data", (text: string) => (said += text));
  return {
    said: () => said,
    hears: async (words: RegExp, withinMs = 30_000): Promise<void> => {
      for (const end = performance.now() + withinMs; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 25)))
        if (words.test(said)) return;
      throw new Error(`${words} was not said within ${withinMs} ms; the agent said:\n${said}`);
    },
    end: async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> => {
      call.child.kill(signal);
      await call.ended;
    },
  };
};
