import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { administer, basic, startGuarded } from "./guarded.fixture.ts";
import { parseHtpasswd } from "./htpasswd.ts";
import { openAccounts } from "./accounts.ts";
import { systemClock } from "../../core/index.ts";
import { temporaryFolder } from "../registry.fixture.ts";

// libxcrypt 4.4, cost 5, "correct horse battery".
const HASH = "$2y$05$m0CrhHm10qJ3lXRY.5zDGOx1FVmyg1rTaw81Fjd9LmuzPeMuOVgSC";

test("users of an htpasswd file log in with the password they had, and are kept by scrypt from then on", async () => {
  await using registry = await startGuarded();
  const entries = parseHtpasswd(`# users\nold:${HASH}\n\n`, "htpasswd");
  expect(registry.users.importHtpasswd(entries, [{ pattern: "team/**", actions: ["pull"] }])).toEqual({ added: ["old"], replaced: [] });
  const accounts = openAccounts(registry.folder, systemClock);
  const kept = (): string | undefined => {
    const account = accounts.find("old");
    return account === undefined ? undefined : accounts.secretOf(account);
  };
  const ask = async (password: string) =>
    (await registry.raw("GET", "/v2/team/x/tags/list", { headers: { authorization: basic("old", password) } })).status;
  expect(kept()).toBe(HASH);
  expect(await ask("wrong password")).toBe(401);
  expect(kept()).toBe(HASH);
  expect(await ask("correct horse battery")).toBe(404);
  expect(kept()).toMatch(/^scrypt\$/);
  expect(await ask("correct horse battery")).toBe(404);
  expect(await ask("wrong password")).toBe(401);
  accounts.close();
});

test("an htpasswd file is taken as a whole or not at all, and says each line that is in the way", () => {
  const read = () =>
    parseHtpasswd(`good:${HASH}\nsha:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nnoline\ngood:${HASH}\nslow:$2y$14$${HASH.slice(7)}`, "users");
  expect(read).toThrow(
    expect.objectContaining({
      code: "INPUT_INVALID",
      problems: [
        expect.stringMatching(/^users:2: .*bcrypt/),
        expect.stringMatching(/^users:3: /),
        expect.stringMatching(/^users:4: .*twice/),
        expect.stringMatching(/^users:5: .*cost is 14/),
      ],
    }),
  );
});

test("passwords, secrets and tokens are in no file but as hashes; files are for their owner only", async () => {
  await using registry = await startGuarded();
  await registry.users.addUser("eve", "a password to look for", [{ pattern: "**", actions: ["pull"] }]);
  const as = basic("eve", "a password to look for");
  const token = await registry.token(["repository:team/app:pull"], as);
  for (const authorization of [as, basic("eve", "a wrong password to look for"), `Bearer ${token}`, basic("bob", registry.secrets["bob"])])
    await registry.raw("GET", "/v2/team/app/manifests/v1", { headers: { authorization } });
  const secrets = ["a password to look for", "a wrong password to look for", String(token), ...Object.values(registry.secrets)];
  const files = readdirSync(registry.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files) {
    const text = readFileSync(join(file.parentPath, file.name)).toString("latin1");
    for (const secret of secrets) expect(text.includes(secret), `${file.name} holds a secret`).toBe(false);
  }
  const audit = files.find((file) => file.name.endsWith(".jsonl"));
  const lines = readFileSync(join(audit?.parentPath ?? "", audit?.name ?? ""), "utf8")
    .trim()
    .split("\n")
    .map((line): { did: string; who: string } => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ who: "eve", did: "login-failed", why: "wrong password", from: "127.0.0.1" }));
  for (const name of ["accounts.sqlite", "accounts.sqlite-wal"])
    expect(statSync(join(registry.folder, name)).mode & 0o777, name).toBe(0o600);
  expect(statSync(join(audit?.parentPath ?? "", audit?.name ?? "")).mode & 0o777).toBe(0o600);
});

test("what was pulled, pushed, deleted and denied stands in the audit log with who, digest and address", async () => {
  await using registry = await startGuarded();
  const as = (name: string) => ({ authorization: basic(name, registry.secrets[name]) });
  const body = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] });
  const type = { "content-type": "application/vnd.oci.image.index.v1+json" };
  const pushed = await registry.raw("PUT", "/v2/team/app/manifests/1.0.0", { headers: { ...as("ann"), ...type }, body });
  const digest = String(pushed.headers["docker-content-digest"]);
  await registry.raw("GET", "/v2/team/app/manifests/1.0.0", { headers: as("bob") });
  await registry.raw("PUT", "/v2/team/app/manifests/1.0.1", { headers: { ...as("bob"), ...type }, body });
  await registry.raw("DELETE", "/v2/team/app/manifests/1.0.0", { headers: as("root") });
  const [file = ""] = readdirSync(join(registry.folder, "audit"));
  const lines = readFileSync(join(registry.folder, "audit", file), "utf8")
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  const app = lines
    .filter(({ repository }) => repository === "team/app")
    .map(({ who, did, digest: of, reference, status, from }) => [who, did, reference, of, status, from]);
  expect(app).toEqual([
    ["ann", "push", "1.0.0", digest, 201, "127.0.0.1"],
    ["bob", "pull", "1.0.0", digest, 200, "127.0.0.1"],
    ["bob", "denied-push", "1.0.1", undefined, 403, "127.0.0.1"],
    ["root", "delete", "1.0.0", undefined, 202, "127.0.0.1"],
  ]);
});

test("a registry without accounts does not start, and says how to begin; a rehearsal changes nothing", async () => {
  const folder = temporaryFolder();
  const { startRegistry } = await import("../serve.ts");
  await expect(startRegistry({ dataFolder: folder, listen: { host: "127.0.0.1", port: 0 }, open: false })).rejects.toMatchObject({
    code: "USAGE",
    hint: expect.stringContaining("registry users add"),
  });
  using users = administer(folder);
  users.addRobot("bot", [{ pattern: "a", actions: ["pull"] }], undefined);
  const { openAdministration } = await import("./administration.ts");
  using rehearsal = openAdministration(folder, { clock: systemClock, who: "test", dryRun: true, warn: () => undefined });
  expect(rehearsal.grant("bot", [{ pattern: "a", actions: ["push"] }]).grants).toEqual([{ pattern: "a", actions: ["pull", "push"] }]);
  rehearsal.remove("bot");
  expect(users.list().map(({ name, grants }) => [name, grants])).toEqual([["bot", [{ pattern: "a", actions: ["pull"] }]]]);
  expect(() => rehearsal.grant("anonymous", [{ pattern: "a", actions: ["push"] }])).toThrow(/only be given pull/);
  expect(() => users.grant("bot", [{ pattern: "[a]", actions: ["pull"] }])).toThrow(/not a pattern/);
  expect(() => users.revoke("bot", [{ pattern: "b", actions: ["pull"] }])).toThrow(/no right for the pattern/);
});
