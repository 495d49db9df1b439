import { mkdirSync } from "node:fs";
import { type Clock, systemClock } from "../../core/index.ts";
import { type RawAnswer, startTestRegistry, temporaryFolder, type TestRegistry } from "../registry.fixture.ts";
import type { RegistryOptions } from "../serve.ts";
import { type Administration, openAdministration } from "./administration.ts";

export interface GuardedRegistry extends TestRegistry {
  readonly users: Administration;
  /** Asks the token service; undefined where it refuses. */
  token(scopes: readonly string[], credentials?: string): Promise<string | undefined>;
}

export const PASSWORD = "correct horse battery";

export const basic = (name: string, password = PASSWORD): string => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

export const administer = (folder: string, clock: Clock = systemClock): Administration => {
  mkdirSync(folder, { recursive: true });
  return openAdministration(folder, { clock, who: "test", dryRun: false, warn: () => undefined }, true);
};

/** A registry with accounts: `ann` pushes to `team/**`, `bob` pulls there, `root` may everything, everybody pulls from `public/*`. Robots, for their secrets cost nothing. */
export const startGuarded = async (
  options: Partial<RegistryOptions> = {},
): Promise<GuardedRegistry & { readonly secrets: Readonly<Record<string, string>> }> => {
  const folder = options.dataFolder ?? temporaryFolder();
  const users = administer(folder, options.clock);
  const secrets: Record<string, string> = {};
  const add = (name: string, pull: readonly string[], push: readonly string[], remove: readonly string[]): void => {
    const grants = [
      ...pull.map((pattern) => ({ pattern, actions: ["pull"] as const })),
      ...push.map((pattern) => ({ pattern, actions: ["pull", "push"] as const })),
      ...remove.map((pattern) => ({ pattern, actions: ["pull", "push", "delete"] as const })),
    ];
    secrets[name] = users.addRobot(name, grants, undefined).secret;
  };
  add("ann", [], ["team/**"], []);
  add("bob", ["team/**"], [], []);
  add("root", [], [], ["**"]);
  add("nobody", [], [], []);
  users.grant("anonymous", [{ pattern: "public/*", actions: ["pull"] }]);
  const registry = await startTestRegistry({ ...options, dataFolder: folder, open: false });
  return {
    ...registry,
    users,
    secrets,
    token: async (scopes, credentials) => {
      const query = scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join("&");
      const answer: RawAnswer = await registry.raw("GET", `/token?service=x&${query}`, {
        headers: credentials === undefined ? {} : { authorization: credentials },
      });
      return answer.status === 200 ? (JSON.parse(answer.body.toString()) as { token: string }).token : undefined;
    },
    [Symbol.asyncDispose]: async () => {
      users[Symbol.dispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
};
