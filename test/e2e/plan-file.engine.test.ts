import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { containersOf, expectWhole, pictureOf } from "../support/e2e/whole.ts";

let shop: Installation;
const file = (): string => join(shop.scratch.folder, "release.plan");

const prepared = async (version: string): Promise<void> => {
  await commitVersion(shop, { version });
  for (const command of ["push", "sign"]) {
    const done = await shop.seaworthy([command]);
    expect(done.exit, done.said).toBe(0);
  }
};

const save = async () => {
  const saved = await shop.seaworthy(["deploy", "--dry-run", "--plan-file", file()]);
  expect(saved.exit, saved.said).toBe(0);
  return saved;
};

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

test("what a dry run says and saves is what --plan does, under a strict load", async () => {
  await prepared("2.0.0");
  const before = await pictureOf(shop);
  const saved = await save();
  expect(await pictureOf(shop), "a dry run changes nothing").toEqual(before);
  expect(saved.stdout).toMatch(
    /^1\.0\.0 \(r1\) -> 2\.0\.0\n {2}1 commit:\n {4}[0-9a-f]{12} v2\.0\.0\n {2}web:\n {4}image [0-9a-f]{12} -> [0-9a-f]{12}, [\d.]+ MB \(/,
  );
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  const { result: deployed } = await underLoad(shop, () => shop.seaworthy(["deploy", "--plan", file()]), { ratePerSecond: 400 });
  expect(deployed.exit, deployed.said).toBe(0);
  const { plan } = JSON.parse(readFileSync(file(), "utf8")) as { plan: { steps: readonly { id: string }[] } };
  const done = readJournal(shop.scratch.state, 2).flatMap(({ kind, step }) => (kind === "intent" ? [step] : []));
  expect(done).toEqual(plan.steps.map(({ id }) => id));
  await expectWhole(shop, { release: 2, version: "2.0.0" });
});

test("applied a second time: refused, exit 6, because the world moved by the first", async () => {
  const before = await pictureOf(shop);
  const again = await shop.seaworthy(["deploy", "--plan", file()]);
  expect(again.exit, again.said).toBe(6);
  expect(again.said).toContain("next release was r2 and is r3");
  expect(await pictureOf(shop)).toEqual(before);
});

test("a container that was removed by hand in between, another commit, other settings: each refused by name", async () => {
  await prepared("3.0.0");
  await save();
  const other = await shop.seaworthy(["deploy", "--plan", file()], { env: { E2E_READY: "19s" } });
  expect(other.exit, other.said).toBe(6);
  expect(other.said).toMatch(/configuration of web was [0-9a-f]{12} and is/);
  await prepared("3.1.0");
  const commit = await shop.seaworthy(["deploy", "--plan", file()]);
  expect(commit.exit, commit.said).toBe(6);
  expect(commit.said).toMatch(/image of web was [0-9a-f]{12} and is/);
  await shop.git(["checkout", "-q", "v3.0.0"]);
  const ledger = (await containersOf(shop)).find((line) => line.includes("-ledger-"))?.split(" ")[0] ?? "";
  await shop.docker.lines(["rm", "-f", ledger]);
  const gone = await shop.seaworthy(["deploy", "--plan", file()]);
  expect(gone.exit, gone.said).toBe(6);
  expect(gone.said).toContain(`container ${ledger} is gone`);
  expect(newestRelease(shop.scratch.state)).toBe(2);
  expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
});

test("a file that somebody wrote: nothing of it is done", async () => {
  await save();
  const sealed = JSON.parse(readFileSync(file(), "utf8")) as { digest: string; plan: { steps: object[] } };
  const steps = [{ id: "evil", why: "", action: { do: "remove-container", name: `${shop.project}-web-r2-1` } }];
  writeFileSync(file(), JSON.stringify({ ...sealed, digest: `sha256:${"0".repeat(64)}`, plan: { ...sealed.plan, steps } }));
  const refused = await shop.seaworthy(["deploy", "--plan", file()]);
  expect(refused.exit, refused.said).toBe(6);
  expect(refused.said).toContain("the steps differ");
  writeFileSync(file(), JSON.stringify({ ...sealed, plan: { ...sealed.plan, steps } }));
  const deployed = await shop.seaworthy(["deploy", "--plan", file()]);
  expect(deployed.exit, deployed.said).toBe(0);
  expect(readJournal(shop.scratch.state, 3).some(({ step }) => step === "evil")).toBe(false);
  await expectWhole(shop, { release: 3, version: "3.0.0" });
  writeFileSync(file(), "not a plan");
  expect((await shop.seaworthy(["deploy", "--plan", file()])).exit).toBe(2);
  expect((await shop.seaworthy(["deploy", "--plan-file", file()])).exit).toBe(2);
});
