import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Installation } from "./installation.ts";
import { containersOf } from "./whole.ts";

/** The shop with two containers of its web service. */
export const twoReplicas = (folder: string): void => {
  const path = join(folder, "compose.yaml");
  const text = readFileSync(path, "utf8")
    .replace("    deploy: &deploy\n      resources:\n", "    deploy:\n      replicas: 2\n      resources: &resources\n")
    .replace("deploy: *deploy", "deploy: { resources: *resources }");
  writeFileSync(path, text);
};

/** Names of the web service's containers. */
export const websOf = async (shop: Installation): Promise<readonly string[]> =>
  (await containersOf(shop)).filter((line) => line.includes("-web-")).map((line) => line.split(" ")[0] ?? "");
