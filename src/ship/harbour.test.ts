import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, test } from "vitest";
import { loadProject } from "../project/index.ts";
import { openHarbour } from "./harbour.ts";

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === "string" ? reject(new Error("no port")) : resolve(address.port)));
    });
  });

test("a registry that another process served is served on when that one ends, before a client gives up", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sw-harbour-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "web"));
  writeFileSync(join(folder, "web/Dockerfile"), "FROM scratch\n");
  writeFileSync(
    join(folder, "compose.yaml"),
    `name: shop\nx-seaworthy: {registry: {port: ${await freePort()}}}\nservices: {web: {build: web}}\n`,
  );
  const project = await loadProject({ folder, env: {}, git: false });
  const state = { folder: join(folder, "state"), runFolder: join(folder, "run"), uuid: randomUUID() };
  const first = await openHarbour(project, state);
  await using second = await openHarbour(project, state);
  await second.client.ping(second.address);
  await first[Symbol.asyncDispose]();
  await second.client.ping(second.address);
  await using third = await openHarbour(project, state);
  await third.client.ping(third.address);
});
