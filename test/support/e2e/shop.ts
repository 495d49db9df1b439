import { Agent, request as httpRequest } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createInstallation, type Installation, type InstallationOptions } from "./installation.ts";
import { startOwnEngine } from "./own-engine.ts";

const FIXTURE = resolve(import.meta.dirname, "../../e2e/fixtures/shop");

/** What a commit makes of the shop's web service. */
export interface Version {
  readonly version: string;
  /** Default true. False: its readiness never comes, and says why. */
  readonly ready?: boolean;
  /** Default false. True: it is ready, and answers everything else with 500. */
  readonly broken?: boolean;
  /** Until it is ready. Default 0. */
  readonly warmUpMs?: number;
  /** What SIGTERM does to it. Default: it stops in order. */
  readonly onTerm?: "exit" | "ignore";
  /** How long it keeps idle connections. Default 75 s, longer than the proxy. */
  readonly keepAliveMs?: number;
}

const versionFile = ({ version, ready = true, broken = false, warmUpMs = 0, onTerm, keepAliveMs }: Version): string =>
  `export const version = ${JSON.stringify(version)};\nexport const ready = ${ready};\nexport const broken = ${broken};\nexport const warmUpMs = ${warmUpMs};\nexport const onTerm = ${JSON.stringify(onTerm)};\nexport const keepAliveMs = ${keepAliveMs};\n`;

/** SEAWORTHY_E2E_ENGINE=own: every test gets an engine of its own, where the machine's is governed by an installation. Needs root. */
export const chosenEngine = (): Pick<InstallationOptions, "engine"> =>
  process.env["SEAWORTHY_E2E_ENGINE"] === "own" ? { engine: (scratch) => startOwnEngine(scratch) } : {};

/** The fixture shop, not shipped yet; its first commit is v1.0.0. */
export const createShop = (options: Pick<InstallationOptions, "engine" | "prepare"> = {}): Promise<Installation> =>
  createInstallation({ from: FIXTURE, project: "swe2e", host: "swe2e.localhost", ...chosenEngine(), ...options });

/** Commits a version of the web service under its tag `v<version>`. */
export const commitVersion = (shop: Installation, version: Version): Promise<void> =>
  shop.commit({ [join("web", "version.js")]: versionFile(version) }, `v${version.version}`);

export interface Answer {
  readonly status: number;
  readonly version: string;
  readonly body: string;
}

/** Gives the web service a strategy, in the form of `release` under its x-seaworthy. */
export const withStrategy =
  (strategy: string) =>
  (folder: string): void => {
    const path = join(folder, "compose.yaml");
    const text = readFileSync(path, "utf8");
    const release = "release: { drain: 10s,";
    if (!text.includes(release)) throw new Error("the fixture has no release to change");
    writeFileSync(path, text.replace(release, `${release} ${strategy},`));
  };

/** One request through the proxy. @throws when no whole answer comes within 15 s */
export const get = ({ url, host }: Pick<Installation, "url" | "host">, path = "/", agent?: Agent): Promise<Answer> =>
  new Promise((resolveAnswer, reject) => {
    const request = httpRequest(new URL(path, url), { agent: agent ?? false, timeout: 15_000, headers: { host } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolveAnswer({ status: response.statusCode ?? 0, version: String(response.headers["x-version"] ?? ""), body }),
      );
    });
    request.on("timeout", () => request.destroy(new Error(`GET ${path} had no answer within 15 s`)));
    request.on("error", reject);
    request.end();
  });

/** That many answers in a row: a proxy that has just started may take a server for up, find it down, and up again. */
const STEADY = 20;

/** Asks until the shop answers with 200, and goes on doing so for a second. @returns the seconds until it did */
export const answersAgain = async (shop: Pick<Installation, "url" | "host">, withinMs: number): Promise<number> => {
  const begunMs = performance.now();
  let good = 0;
  let firstMs = 0;
  while (good < STEADY) {
    const answer = await get(shop).catch((error: unknown) => error);
    const tookMs = performance.now() - begunMs;
    if (answer !== null && typeof answer === "object" && "status" in answer && answer.status === 200) {
      if (good === 0) firstMs = tookMs;
      good += 1;
    } else {
      good = 0;
      if (tookMs > withinMs) {
        const last = answer instanceof Error ? answer.message : JSON.stringify(answer);
        throw new Error(`the shop did not answer again within ${withinMs / 1000} s: ${last}`);
      }
    }
    await sleep(50);
  }
  return firstMs / 1000;
};
