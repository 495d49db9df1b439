import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_POLICY, gate, judge } from "../checklist/index.ts";
import { loadProject } from "../project/index.ts";
import { findRules } from "./whole-catalogue.ts";
import { composeRule, NOTHING } from "./rule.ts";
import { checkProject } from "./run.ts";
import { checkCompose, imageFacts, NOW } from "./test-data/subjects.ts";

const only = (...names: readonly string[]) => ({ rules: names.flatMap(findRules) });

const RULE = {
  id: "compose/sample",
  aliases: [],
  item: "clock",
  severity: "warning",
  confidence: "certain",
  summary: "A sample.",
  why: "A sample.",
  source: "https://example.org",
  examples: [],
  applies: (): true => true,
  proves: (): typeof NOTHING => NOTHING,
} as const;

describe("evidence", () => {
  test("a finding disproves, silence that proves is a proof, silence that does not says so", async () => {
    const rules = only("compose/read-only-root", "compose/no-new-privileges");
    const good = await checkCompose("services: {web: {image: 'a:1.2.3', read_only: true, security_opt: [no-new-privileges]}}", rules);
    expect(good.evidence).toEqual(
      [
        {
          item: "least-capabilities",
          subject: { kind: "service", service: "web" },
          kind: "static",
          source: "compose/no-new-privileges",
          at: NOW,
          verdict: { state: "not-tried", reason: "compose/no-new-privileges found nothing against it, but only a trial can prove it" },
          because: "compose/no-new-privileges found nothing against it, but only a trial can prove it",
        },
        {
          item: "read-only-rootfs",
          subject: { kind: "service", service: "web" },
          kind: "static",
          source: "compose/read-only-root",
          at: NOW,
          verdict: { state: "proven" },
          because: "web runs with a read-only root file system",
        },
      ].toSorted((a, b) => rules.rules.findIndex((rule) => rule.id === a.source) - rules.rules.findIndex((rule) => rule.id === b.source)),
    );
    const bad = await checkCompose("services: {web: {image: 'a:1.2.3'}}", only("compose/read-only-root"));
    expect(bad.evidence[0]).toMatchObject({ verdict: { state: "disproved" }, because: "web can write anywhere in its root file system" });
  });

  test("what only a trial can tell and what is merely worth knowing do not disprove", async () => {
    const result = await checkCompose("services: {web: {image: 'a:3'}}", only("compose/init", "compose/image-version"));
    expect(result.findings.map((finding) => finding.confidence === "possible" || finding.severity === "info")).toEqual([true, true]);
    expect(result.evidence.map((one) => one.verdict.state)).toEqual(["not-tried", "not-tried"]);
  });

  test("image rules without an image, and context rules without a build, say why they were not tried", async () => {
    const { evidence } = await checkCompose("services: {web: {image: 'a:1.2.3'}}", only("image/non-root", "context/ignore-file"));
    expect(evidence.map((one) => one.because).toSorted()).toEqual([
      "the image of web was not there to be looked at",
      "web is not built here",
    ]);
  });

  test("an image's evidence names its digest, and is of kind image where the item knows that kind", async () => {
    const image = imageFacts({ user: "0" });
    const { evidence } = await checkCompose("services: {web: {image: 'a:1.2.3'}}", {
      ...only("image/non-root", "image/exec-form"),
      images: new Map([["web", image]]),
    });
    expect(evidence.find((one) => one.item === "non-root")).toMatchObject({
      kind: "image",
      subject: { kind: "image", service: "web", digest: image.digest },
      verdict: { state: "disproved" },
    });
    expect(evidence.find((one) => one.item === "graceful-stop")?.kind).toBe("static");
  });
});

test("a Dockerfile written into the compose file is judged as one, at its lines there", async () => {
  const text = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM node:latest\n        USER 1000\n";
  const { findings } = await checkCompose(text, { rules: findRules("hadolint:DL3007") });
  expect(findings.map(({ rule, path, service, range }) => [rule, path, service, range?.start.line])).toEqual([
    ["dockerfile/latest-base", "compose.yaml", "web", 5],
  ]);
});

describe("rules that fail", () => {
  const broken = composeRule({
    ...RULE,
    *check() {
      yield { message: "first", advice: "none" };
      throw new Error("the rule's own bug");
    },
  });

  test("are findings that name the rule, never silence", async () => {
    const { findings, evidence } = await checkCompose("services: {web: {image: 'a:1.2.3'}}", { rules: [broken] });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      rule: "internal/rule-failed",
      severity: "error",
      item: "clock",
      message: "the rule compose/sample failed on web: the rule's own bug",
    });
    expect(evidence[0]?.verdict).toEqual({ state: "not-tried", reason: expect.stringContaining("the rule's own bug") });
  });

  test("do not let another rule of the item prove it", async () => {
    const proving = composeRule({ ...RULE, id: "compose/other", proves: () => "it is so", *check() {} });
    const { evidence } = await checkCompose("services: {web: {image: 'a:1.2.3'}}", { rules: [proving, broken] });
    expect(evidence.map((one) => one.verdict.state)).toEqual(["not-tried", "not-tried"]);
  });
});

describe("ignores", () => {
  const service = (before: string, after = ""): string => `services:\n${before}  web:${after}\n    image: a:1.2.3\n`;
  const rules = only("compose/read-only-root");

  test("on the line or above it take the finding out, and leave the item untried with the reason", async () => {
    for (const text of [
      service("  # seaworthy ignore=compose/read-only-root it writes its licence file\n"),
      service("", " # seaworthy ignore=read-only-root until=2026-11-21 it writes its licence file"),
      service("  # seaworthy ignore=CL-0007 it writes its licence file\n  # another comment\n\n"),
    ]) {
      const { findings, evidence, suppressed } = await checkCompose(text, rules);
      expect(findings).toEqual([]);
      expect(suppressed).toHaveLength(1);
      expect(evidence[0]?.verdict).toMatchObject({
        state: "not-tried",
        reason: expect.stringMatching(/^ignored at compose\.yaml:\d+:\d+: it writes its licence file/),
      });
    }
  });

  test("without a reason, out of date or with a wrong date ignore nothing and are findings", async () => {
    const named = async (comment: string) => (await checkCompose(service(`  ${comment}\n`), rules)).findings.map((finding) => finding.rule);
    expect(await named("# seaworthy ignore=read-only-root")).toEqual(["suppression/reason-missing", "compose/read-only-root"]);
    expect(await named("# seaworthy ignore=read-only-root until=2026-11-20 why")).toEqual([
      "suppression/expired",
      "compose/read-only-root",
    ]);
    expect(await named("# seaworthy ignore=read-only-root until=soon why")).toEqual(["suppression/expired", "compose/read-only-root"]);
  });

  test("that match nothing, or name no rule, are findings", async () => {
    const text =
      "services:\n  # seaworthy ignore=read-only-root,nonsense because\n  web:\n    image: a:1.2.3\n    read_only: true\n    # seaworthy ignore=nonsense because\n    user: '1'\n";
    const { findings } = await checkCompose(text, rules);
    expect(findings.map((finding) => [finding.rule, finding.range?.start.line, finding.message])).toEqual([
      ["suppression/unused", 2, "ignore=read-only-root,nonsense matches no finding"],
      ["suppression/unused", 6, "ignore=nonsense names no rule"],
    ]);
  });

  test("for a rule that waits for the image are no findings until it is there", async () => {
    const text = "services:\n  # seaworthy ignore=image/non-root the vendor's image needs it\n  web:\n    image: a:1.2.3\n";
    const before = await checkCompose(text, only("image/non-root"));
    expect(before.findings).toEqual([]);
    const good = await checkCompose(text, { ...only("image/non-root"), images: new Map([["web", imageFacts({ user: "7" })]]) });
    expect(good.findings.map((finding) => finding.rule)).toEqual(["suppression/unused"]);
    const bad = await checkCompose(text, { ...only("image/non-root"), images: new Map([["web", imageFacts()]]) });
    expect([bad.findings, bad.suppressed.length]).toEqual([[], 1]);
  });

  test("a # inside a string is no comment", async () => {
    const { suppressed, findings } = await checkCompose(
      "services:\n  web: {image: 'a:1.2.3', command: ['echo', '# seaworthy ignore=read-only-root why']}\n",
      rules,
    );
    expect(suppressed).toEqual([]);
    expect(findings.map((finding) => finding.rule)).toEqual(["compose/read-only-root"]);
  });

  test("of dclint and KICS hold in their own forms", async () => {
    const ports = only("compose/published-ports");
    const compose = (first: string, line: string): string =>
      `${first}services:\n  web:\n    image: a:1.2.3\n    ports:\n      - "80:80"${line}\n`;
    const left = async (first: string, line = "") => (await checkCompose(compose(first, line), ports)).findings.length;
    expect(await left("")).toBe(1);
    expect(await left("", " # dclint disable-line")).toBe(0);
    expect(await left("", " # dclint disable-line no-unbound-port-interfaces")).toBe(0);
    expect(await left("", " # dclint disable-line no-version-field")).toBe(1);
    expect(await left("# the shop\n# dclint disable-file\n")).toBe(0);
    expect(await left("# dclint disable no-unbound-port-interfaces no-version-field\n")).toBe(0);
    expect(await left("# dclint disable no-version-field\n")).toBe(1);
    expect(await left("# kics-scan ignore\n")).toBe(0);
  });

  test("in x-seaworthy speak of whole files", async () => {
    const settings = (path: string) =>
      `x-seaworthy: {check: {ignore: [{rule: read-only-root, path: '${path}', why: legacy}]}}\nservices: {web: {image: 'a:1.2.3'}}\n`;
    expect((await checkCompose(settings("*.yaml"), rules)).findings).toEqual([]);
    expect((await checkCompose(settings("tools/**"), rules)).findings.map((finding) => finding.rule)).toEqual([
      "suppression/unused",
      "compose/read-only-root",
    ]);
  });

  test("of one finding do not let another rule prove the item", async () => {
    const text = "services:\n  # seaworthy ignore=no-new-privileges it uses sudo\n  web:\n    image: a:1.2.3\n    cap_drop: [ALL]\n";
    const { evidence } = await checkCompose(text, only("compose/cap-drop-all", "compose/no-new-privileges"));
    expect(evidence.map((one) => one.verdict.state)).toEqual(["not-tried", "not-tried"]);
  });
});

describe("the examples", () => {
  const example = async (name: string) => {
    const folder = join(import.meta.dirname, "../../examples", name);
    const project = await loadProject({ folder, env: {}, git: false });
    const { findings, evidence } = checkProject(project, { now: NOW });
    return {
      findings,
      result: gate(judge(evidence, DEFAULT_POLICY, NOW), { ...DEFAULT_POLICY, require: { signed: "off", scanned: "off" } }),
    };
  };

  test.skipIf(!existsSync(join(import.meta.dirname, "../../examples/storefront")))(
    "storefront: nothing at or above a warning, nothing disproved",
    async () => {
      const { findings, result } = await example("storefront");
      expect(findings.filter((finding) => finding.severity !== "info").map((finding) => `${finding.rule} ${finding.message}`)).toEqual([]);
      expect(result.refusals.map((refusal) => refusal.item)).toEqual([]);
    },
  );

  test.skipIf(!existsSync(join(import.meta.dirname, "../../examples/adrift")))(
    "adrift: refused, with each pitfall that files can show",
    async () => {
      const { findings, result } = await example("adrift");
      expect(result.passed).toBe(false);
      expect(result.refusals.map((refusal) => refusal.item)).toEqual(
        expect.arrayContaining([
          "clean-context",
          "read-only-rootfs",
          "least-capabilities",
          "resource-limits",
          "immutable-tags",
          "restart-policy",
          "log-rotation",
          "runtime-secrets",
          "narrow-ports",
        ]),
      );
      expect(findings.length).toBeGreaterThan(15);
      expect(JSON.stringify(findings)).not.toContain("hunter2");
    },
  );
});
