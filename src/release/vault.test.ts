import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { redact, type StateFolder } from "../core/index.ts";
import { filePath, type FileSlot, missingFiles, placeFile, sweepFiles, versionOf } from "./files.ts";
import { openJournal } from "./journal.ts";
import { manifestDigest, type ReleaseService } from "./manifest.ts";
import { restoreFiles } from "./restore.ts";
import { manifestOf, plainSpec, webService } from "./test-data/manifests.ts";
import { seal, type SealedName, unseal } from "./vault.ts";

const TMPFS = 0x01021994;
const root = mkdtempSync(join(tmpdir(), "sw-vault-"));
const memory = existsSync("/dev/shm") && statfsSync("/dev/shm").type === TMPFS ? mkdtempSync("/dev/shm/sw-vault-") : undefined;
afterAll(() => {
  for (const folder of [root, memory]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

let number = 0;
const fresh = (): StateFolder => {
  number += 1;
  const folder = join(root, `state-${number}`);
  mkdirSync(folder);
  return { folder, runFolder: join(memory ?? root, `run-${number}`), uuid: "" };
};

const CLEAR = "correct horse battery staple 4711";
const PASSWORD: SealedName = { project: "shop", kind: "secret", key: "db_password", version: "v1" };

/** Every byte of the state folder. */
const allOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
    .join("\n");

describe("a sealed content", () => {
  test("comes back, and nothing in the state folder shows it", () => {
    const state = fresh();
    seal(state, PASSWORD, CLEAR);
    seal(state, { ...PASSWORD, key: "empty" }, "");
    seal(state, { ...PASSWORD, key: "words" }, "zwölf Boxkämpfer ✓\n");
    expect(unseal(state, PASSWORD)).toBe(CLEAR);
    expect(unseal(state, { ...PASSWORD, key: "empty" })).toBe("");
    expect(unseal(state, { ...PASSWORD, key: "words" })).toBe("zwölf Boxkämpfer ✓\n");
    const all = allOf(state.folder);
    for (const form of [CLEAR, Buffer.from(CLEAR).toString("base64"), Buffer.from(CLEAR).toString("hex"), CLEAR.slice(0, 12)])
      expect(all).not.toContain(form);
    const path = join(state.folder, "vault/shop/secret-db_password-v1");
    for (const file of [path, join(state.folder, "vault.key")]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("equal contents look different, and sealing again changes nothing", () => {
    const state = fresh();
    const other = { ...PASSWORD, version: "v2" };
    seal(state, PASSWORD, CLEAR);
    seal(state, other, CLEAR);
    const read = (version: string): string => readFileSync(join(state.folder, `vault/shop/secret-db_password-${version}`), "hex");
    const before = read("v1");
    expect(read("v2").slice(2)).not.toBe(before.slice(2));
    seal(state, PASSWORD, "something else");
    expect(read("v1")).toBe(before);
  });

  test("that was changed, moved, cut or sealed by another key does not open", () => {
    const state = fresh();
    seal(state, PASSWORD, CLEAR);
    const path = join(state.folder, "vault/shop/secret-db_password-v1");
    const whole = readFileSync(path);
    const refused = /cannot be opened: it was changed, or sealed by another key/;
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      expect(() => unseal(state, PASSWORD), `byte ${at}`).toThrow(refused);
    }
    writeFileSync(path, whole.subarray(0, 20));
    expect(() => unseal(state, PASSWORD)).toThrow(refused);
    writeFileSync(path, whole);
    writeFileSync(join(state.folder, "vault/shop/secret-admin-v1"), whole);
    expect(() => unseal(state, { ...PASSWORD, key: "admin" })).toThrow(refused);
    writeFileSync(join(state.folder, "vault.key"), Buffer.alloc(32, 7));
    expect(() => unseal(state, PASSWORD)).toThrow(refused);
    writeFileSync(join(state.folder, "vault.key"), "short");
    expect(() => unseal(state, PASSWORD)).toThrow(/no key of 32 bytes/);
  });

  test("that was never sealed is undefined; what nobody uses any more goes", () => {
    const state = fresh();
    expect(unseal(state, PASSWORD)).toBeUndefined();
    seal(state, PASSWORD, CLEAR);
    seal(state, { ...PASSWORD, version: "v2" }, CLEAR);
    sweepFiles(state, "shop", [{ ...PASSWORD, version: "v2", uid: 0, gid: 0, mode: 0o400 }]);
    expect(unseal(state, PASSWORD)).toBeUndefined();
    expect(unseal(state, { ...PASSWORD, version: "v2" })).toBe(CLEAR);
  });
});

describe.skipIf(memory === undefined)("after a reboot", () => {
  const slotOf = (state: StateFolder, changes: Partial<FileSlot> = {}): FileSlot => ({
    project: "shop",
    kind: "secret",
    key: "db_password",
    version: versionOf(state, CLEAR),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    mode: 0o440,
    ...changes,
  });
  const reboot = (state: StateFolder): void => rmSync(state.runFolder, { recursive: true, force: true });

  test("a placed file comes back without its source, with its mode, and its content is redacted", async () => {
    const state = fresh();
    const slot = slotOf(state);
    await placeFile(state, slot, () => CLEAR);
    reboot(state);
    expect(missingFiles(state, [slot])).toEqual([slot]);
    await placeFile(state, slot, () => undefined);
    expect(readFileSync(filePath(state, slot), "utf8")).toBe(CLEAR);
    expect(statSync(filePath(state, slot)).mode & 0o777).toBe(0o440);
    expect(redact(`so ${CLEAR} leaks`)).not.toContain(CLEAR);
    expect(allOf(state.folder)).not.toContain(CLEAR);
  });

  test("a rollback finds the earlier content though its source has another one now", async () => {
    const state = fresh();
    const old = slotOf(state);
    await placeFile(state, old, () => CLEAR);
    await placeFile(state, slotOf(state, { version: versionOf(state, "rotated") }), () => "rotated");
    reboot(state);
    await placeFile(state, old, () => "rotated");
    expect(readFileSync(filePath(state, old), "utf8")).toBe(CLEAR);
  });

  test("a file that an earlier version of Seaworthy placed is sealed when it is met", async () => {
    const state = fresh();
    const slot = slotOf(state);
    await placeFile(state, slot, () => CLEAR);
    rmSync(join(state.folder, "vault"), { recursive: true });
    await placeFile(state, slot, () => undefined);
    reboot(state);
    await placeFile(state, slot, () => undefined);
    expect(readFileSync(filePath(state, slot), "utf8")).toBe(CLEAR);
  });

  test("what an earlier version placed is sealed by the agent's start as well", async () => {
    const state = fresh();
    using journal = openJournal(state.folder);
    const { uid, gid } = slotOf(state);
    const mount = { source: "db_password", target: "/run/secrets/db_password", uid, gid, mode: 0o440 };
    const service = webService("1", {
      spec: { ...plainSpec, secrets: [mount] },
      secretVersions: { db_password: versionOf(state, CLEAR) },
    });
    const manifest = manifestOf("1.0.0", [service]);
    const digest = manifestDigest(manifest);
    const plan = { schema: "seaworthy/plan@1" as const, project: "shop", release: 1, manifest: digest, summary: [], steps: [] };
    journal.append("shop", 1, { kind: "release", manifest, digest, who: "", why: "", evidence: [], plan });
    journal.append("shop", 1, { kind: "finished", outcome: "live", seconds: 1 });
    await placeFile(state, slotOf(state), () => CLEAR);
    rmSync(join(state.folder, "vault"), { recursive: true });
    expect(await restoreFiles(state, journal)).toEqual({ restored: [], lacking: [] });
    reboot(state);
    expect((await restoreFiles(state, journal)).restored).toHaveLength(1);
  });

  test("what is swept is swept in both places", async () => {
    const state = fresh();
    const slot = slotOf(state);
    await placeFile(state, slot, () => CLEAR);
    sweepFiles(state, "shop", []);
    await expect(placeFile(state, slot, () => undefined)).rejects.toMatchObject({
      code: "STATE_NEEDS_PERSON",
      message: expect.stringContaining("not sealed here, and its source is not at hand"),
    });
  });

  test("all that is live comes back at once; what was never sealed is named", async () => {
    const state = fresh();
    using journal = openJournal(state.folder);
    const mount = {
      source: "db_password",
      target: "/run/secrets/db_password",
      uid: slotOf(state).uid,
      gid: slotOf(state).gid,
      mode: 0o400,
    };
    const service: ReleaseService = webService("1", {
      spec: { ...plainSpec, secrets: [mount], configs: [{ ...mount, source: "motd", target: "/motd" }] },
      secretVersions: { db_password: versionOf(state, CLEAR) },
      configVersions: { motd: "0123456789abcdef" },
    });
    const manifest = manifestOf("1.0.0", [service]);
    const plan = {
      schema: "seaworthy/plan@1" as const,
      project: "shop",
      release: 1,
      manifest: manifestDigest(manifest),
      summary: [],
      steps: [],
    };
    journal.append("shop", 1, { kind: "release", manifest, digest: manifestDigest(manifest), who: "", why: "", evidence: [], plan });
    journal.append("shop", 1, { kind: "finished", outcome: "live", seconds: 1 });
    await placeFile(state, slotOf(state, { mode: 0o400 }), () => CLEAR);
    reboot(state);
    const { restored, lacking } = await restoreFiles(state, journal);
    expect(restored.map(({ key }) => key)).toEqual(["db_password"]);
    expect(lacking.map(({ key }) => key)).toEqual(["motd"]);
    expect(await restoreFiles(state, journal)).toMatchObject({ restored: [] });
    expect(allOf(state.folder), "the journal neither").not.toContain(CLEAR);
  });
});
