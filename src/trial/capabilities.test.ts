import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { readProject } from "../project/index.ts";
import { TRIALS } from "./catalogue.ts";
import { grantedCapabilities } from "./capabilities.ts";
import type { Subject } from "./subject.ts";

const subjectOf = async (written: string): Promise<Subject> => {
  const folder = mkdtempSync(join(tmpdir(), "sw-capabilities-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "compose.yaml"), `services:\n  web:\n    image: shop:1\n${written}`);
  const [web] = (await readProject({ folder, env: {}, git: false })).project.services;
  if (web === undefined) throw new Error("the file has a service");
  const config = { env: [], labels: {}, exposedPorts: [], volumes: [] };
  const image = { id: digestOf("an image"), config, sizeBytes: 1 };
  return { service: "web", folder, spec: web.spec, image, requests: [], state: [], dependencies: [], jobs: [], configs: new Map() };
};

test.each(["effective-privileges", "dropped-capabilities", "no-new-privileges", "least-capabilities"])(
  "%s is not tried of what production runs as privileged: the lab does not, and would prove what is not so",
  async (id) => {
    const trial = TRIALS.find((one) => one.id === id);
    // None of these looks at the baseline to know whether it applies.
    const applies = async (written: string) => trial?.applies(await subjectOf(written), {} as never);
    expect(await applies("    privileged: true\n")).toBe("production runs it as privileged, which a trial does not");
    expect(await applies("")).toBe(true);
  },
);

test("what is granted: the engine's own, less what is dropped, and what is added", () => {
  expect(grantedCapabilities({ capAdd: [], capDrop: [] })).toHaveLength(14);
  expect(grantedCapabilities({ capAdd: ["CAP_NET_ADMIN"], capDrop: ["all"] })).toEqual(["NET_ADMIN"]);
  expect(grantedCapabilities({ capAdd: [], capDrop: ["chown"] })).not.toContain("CHOWN");
});
