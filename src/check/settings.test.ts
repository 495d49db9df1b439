import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Finding } from "../checklist/index.ts";
import { SourceText } from "../core/index.ts";
import { readProject } from "../project/index.ts";
import { BASE_RULES } from "./catalogue.ts";
import { checkFiles } from "./files.ts";
import { checkRepository, type RepositoryOptions, type RepositoryResult } from "./repository.ts";
import { NOW } from "./test-data/subjects.ts";

/** A git repository with these files, checked as `seaworthy check` does it. */
const repository = async (
  files: Readonly<Record<string, string>>,
  { at = "", ...options }: Partial<RepositoryOptions> & { readonly at?: string } = {},
): Promise<RepositoryResult> => {
  const root = mkdtempSync(join(tmpdir(), "swt-settings-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ ".git/HEAD": "", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const cwd = join(root, at);
  const read =
    options.paths === undefined && Object.hasOwn(files, join(at, "compose.yaml"))
      ? await readProject({ folder: cwd, env: {}, git: false })
      : undefined;
  return checkRepository({ cwd, env: {}, now: NOW, ...(read === undefined ? {} : read), ...options });
};

const of = ({ findings }: { readonly findings: readonly Finding[] }, rule: string): readonly string[] =>
  findings.filter((finding) => finding.rule === rule).map(({ path, severity }) => `${path} ${severity}`);

const LATEST = "FROM node:latest\nUSER 1000\n";

describe("severity by rule", () => {
  test("under the rule's id, its name or a peer's id; of several entries the last counts", async () => {
    for (const name of ["dockerfile/latest-base", "latest-base", "DL3007", "hadolint:DL3007"])
      expect(
        of(await repository({ Dockerfile: LATEST, ".seaworthy.yaml": `check: {rules: {"${name}": info}}\n` }), "dockerfile/latest-base"),
      ).toEqual(["Dockerfile info"]);
    const both = "check: {rules: {DL3007: info, latest-base: error}}\n";
    expect(of(await repository({ Dockerfile: LATEST, ".seaworthy.yaml": both }), "dockerfile/latest-base")).toEqual(["Dockerfile error"]);
  });

  test("of some files only, and only up to its date", async () => {
    const files = { Dockerfile: LATEST, "tools/Dockerfile": LATEST };
    const rule = async (entry: string) =>
      of(await repository({ ...files, ".seaworthy.yaml": `check: {rules: {DL3007: ${entry}}}\n` }), "dockerfile/latest-base");
    const [normal] = await rule("{reason: none}");
    expect(await rule('{severity: info, paths: ["tools/**"]}')).toEqual([normal, "tools/Dockerfile info"]);
    expect(await rule("{severity: info, until: 2026-11-20}")).not.toContain("Dockerfile info");
    expect(await rule("{severity: info, until: 2026-11-21}")).toContain("Dockerfile info");
  });

  test("a service's findings too, and what is info disproves nothing", async () => {
    const text = (check: string) => `x-seaworthy: {check: ${check}}\nservices: {web: {image: 'a:1.2.3'}}\n`;
    const before = await repository({ "compose.yaml": text("{}") });
    const after = await repository({ "compose.yaml": text("{rules: {compose/read-only-root: info}}") });
    const verdict = ({ evidence }: RepositoryResult) => evidence.find(({ source }) => source === "compose/read-only-root")?.verdict.state;
    expect([verdict(before), verdict(after)]).toEqual(["disproved", "not-tried"]);
    expect(of(after, "compose/read-only-root")).toEqual(["compose.yaml info"]);
  });

  test("where a compose file and .seaworthy.yaml speak of one rule, the compose file counts", async () => {
    const result = await repository({
      "compose.yaml": "x-seaworthy: {check: {rules: {read-only-root: error}}}\nservices: {web: {image: 'a:1.2.3'}}\n",
      ".seaworthy.yaml": "check: {rules: {read-only-root: info, no-new-privileges: error}}\n",
    });
    expect([of(result, "compose/read-only-root"), of(result, "compose/no-new-privileges")]).toEqual([
      ["compose.yaml error"],
      ["compose.yaml error"],
    ]);
  });
});

describe("a rule that is off", () => {
  const off = (entry: string) => repository({ Dockerfile: LATEST, ".seaworthy.yaml": `check:\n  rules:\n    DL3007: ${entry}\n` });

  test("finds nothing, and the reason is kept with what it would have found", async () => {
    const result = await off("{severity: off, reason: the base is ours}");
    expect(of(result, "dockerfile/latest-base")).toEqual([]);
    expect(result.suppressed.map(({ finding, by }) => [finding.rule, by.reason])).toContainEqual([
      "dockerfile/latest-base",
      "the base is ours",
    ]);
    expect(result.evidence.find(({ source }) => source === "dockerfile/latest-base")?.verdict).toMatchObject({
      state: "not-tried",
      reason: expect.stringContaining("ignored at .seaworthy.yaml:3:5: the base is ours"),
    });
  });

  test("without a reason, or past its date, is a finding and has no effect", async () => {
    for (const [entry, rule] of [
      ["off", "suppression/reason-missing"],
      ["false", "suppression/reason-missing"],
      ["{severity: off, paths: [a, b]}", "suppression/reason-missing"],
      ["{severity: off, reason: why, until: 2026-11-20}", "suppression/expired"],
    ] as const) {
      const result = await off(entry);
      expect(of(result, rule), entry).toEqual([".seaworthy.yaml warning"]);
      expect(of(result, "dockerfile/latest-base"), entry).toHaveLength(1);
      expect(result.findings.find((finding) => finding.rule === rule)?.range?.start.line).toBe(3);
    }
  });

  test("may have nothing to hide", async () => {
    const result = await repository({
      Dockerfile: LATEST,
      ".seaworthy.yaml": "check: {rules: {DL3020: {severity: off, reason: habit}}}\n",
    });
    expect(result.findings.filter(({ rule }) => rule.startsWith("suppression/"))).toEqual([]);
  });

  test("that no rule has the name of is an error at its place, with what was meant", async () => {
    const result = await repository({
      Dockerfile: LATEST,
      "shop/compose.yaml": "services: {web: {image: 'a:1.2.3'}}\n",
      ".seaworthy.yaml": "check: {rules: {compose/read-only-rot: off}}\n",
    });
    expect(result.findings.filter(({ rule }) => rule === "input/unknown-rule")).toMatchObject([
      {
        path: ".seaworthy.yaml",
        range: { start: { line: 1, column: 17 } },
        message: 'there is no rule "compose/read-only-rot"; did you mean "compose/read-only-root"?',
      },
    ]);
  });
});

test("an ignore of no rule is such an error too", async () => {
  const result = await repository(
    { Dockerfile: LATEST, ".seaworthy.yaml": "check: {ignore: [{rule: latest-bse, why: habit}, {rule: trivy:KCV-0001, why: theirs}]}\n" },
    { paths: ["Dockerfile"] },
  );
  expect(
    result.findings.filter(({ item }) => item === undefined).map(({ rule, message, range }) => [rule, message, range?.start.column]),
  ).toEqual([["input/unknown-rule", 'there is no rule "latest-bse"; did you mean "latest-base"?', 19]]);
});

describe("which settings hold", () => {
  const SETTINGS = "check: {fail: info, rules: {DL3007: info, read-only-root: {severity: info, paths: ['services/**']}}}\n";
  const files = {
    ".seaworthy.yaml": SETTINGS,
    "services/a/Dockerfile": LATEST,
    "services/b/compose.yaml": "services: {web: {image: 'a:1.2.3'}}\n",
  };

  test("those of the root hold in its folders, patterns start from the root", async () => {
    for (const options of [
      {},
      { at: "services" },
      { paths: ["services"] },
      { at: "services/b", paths: ["../a/Dockerfile", "compose.yaml"] },
    ]) {
      const result = await repository(files, options);
      expect(result.fail).toBe("info");
      expect(result.findings.filter(({ rule }) => rule === "dockerfile/latest-base").map(({ severity }) => severity)).toEqual(["info"]);
      expect(result.findings.filter(({ rule }) => rule === "compose/read-only-root").map(({ severity }) => severity)).toEqual(["info"]);
    }
  });

  test("of a project inside a repository too", async () => {
    const result = await repository(files, { at: "services/b" });
    expect([result.fail, of(result, "compose/read-only-root")]).toEqual(["info", ["compose.yaml info"]]);
  });

  test("naming a file does not take it from under its project's settings", async () => {
    const result = await repository(
      { "compose.yaml": "x-seaworthy: {check: {rules: {DL3007: error}}}\nservices: {web: {image: 'a:1.2.3'}}\n", Dockerfile: LATEST },
      { paths: ["Dockerfile"] },
    );
    expect(of(result, "dockerfile/latest-base")).toEqual(["Dockerfile error"]);
    expect(result.findings.filter(({ path }) => path === "compose.yaml")).toEqual([]);
  });

  test("an ignore that hides nothing is unused only where all that it may speak of was looked at", async () => {
    const ignore = {
      ...files,
      ".seaworthy.yaml": "check: {ignore: [{rule: DL3007, path: 'services/a/**', why: ours}, {rule: DL3020, why: habit}]}\n",
    };
    const unused = async (options: Parameters<typeof repository>[1]) =>
      (await repository(ignore, options)).findings.filter(({ rule }) => rule === "suppression/unused").map(({ message }) => message);
    expect(await unused({})).toEqual(["ignore=DL3020 matches no finding"]);
    expect(await unused({ paths: ["services/a"] })).toEqual([]);
    expect(await unused({ at: "services/b" })).toEqual([]);
    expect(of(await repository(ignore), "dockerfile/latest-base")).toEqual([]);
  });

  test("what is wrong with them is said once", async () => {
    const result = await repository({ ...files, ".seaworthy.yaml": "check: {fial: info}\n" });
    expect(result.findings.filter(({ rule }) => rule === "input/unknown-field").map(({ path, message }) => [path, message])).toEqual([
      [".seaworthy.yaml", 'unknown field "fial" in x-seaworthy.check; did you mean "fail"?'],
    ]);
  });

  test("the profile: asked for, of the checks, of the policy", async () => {
    const digest = async (settings: string, options: Partial<RepositoryOptions> = {}) =>
      of(
        await repository({ Dockerfile: "FROM node:20.1\nUSER 1000\n", ".seaworthy.yaml": settings }, options),
        "dockerfile/pinned-base",
      ).join();
    const strict = await digest("policy: {profile: strict}\n");
    expect(strict).not.toBe(await digest("{}\n"));
    expect(await digest("policy: {profile: strict}\ncheck: {profile: production}\n")).toBe(await digest("{}\n"));
    expect(await digest("check: {profile: dev}\n", { profile: "strict" })).toBe(strict);
    expect((await repository({ Dockerfile: LATEST, ".seaworthy.yaml": "check: {profile: dev}\n" })).fail).toBe("error");
  });
});

describe("what the rules can be told reaches them", () => {
  const check = async (files: Readonly<Record<string, string>>, settings: string, rule: string) =>
    of(await repository({ ...files, ".seaworthy.yaml": `check: ${settings}\n` }), rule).length;

  test.each([
    ["dockerfile/trusted-registry", { Dockerfile: LATEST }, "{trustedRegistries: [ghcr.io]}", 1],
    ["dockerfile/trusted-registry", { Dockerfile: LATEST }, "{trustedRegistries: [docker.io]}", 0],
    ["dockerfile/label-required", { Dockerfile: LATEST }, "{dockerfile: {labels: {maintainer: email}}}", 1],
    ["dockerfile/secret-in-variable", { Dockerfile: "FROM a:1\nENV MY_PIN=1\n" }, "{}", 0],
    ["dockerfile/secret-in-variable", { Dockerfile: "FROM a:1\nENV MY_PIN=1\n" }, "{dockerfile: {secretNames: [MY_PIN]}}", 1],
    ["dockerfile/latest-base", { Dockerfile: "ARG TAG\nFROM node:${TAG}\n" }, "{dockerfile: {buildArgs: {TAG: latest}}}", 1],
    ["compose/image-version", { "a/compose.yaml": "services: {web: {image: 'a:edge'}}\n" }, "{compose: {movingTags: []}}", 1],
  ] as const)("%s with %j and %s: %i", async (rule, files, settings, count) => {
    expect(await check(files, settings, rule)).toBe(count);
  });

  test("kubernetesVersion and workflow", async () => {
    const api = { "a.yaml": "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {minAvailable: 1}\n" };
    expect(await check(api, "{}", "kubernetes/api-version")).toBe(1);
    for (const [version, severity] of [
      ["1.20", "warning"],
      ["1.30", "error"],
    ] as const)
      expect(
        of(await repository({ ...api, ".seaworthy.yaml": `check: {kubernetesVersion: "${version}"}\n` }), "kubernetes/api-version"),
      ).toEqual([`a.yaml ${severity}`]);
    const ci = { ".github/workflows/ci.yml": "on: push\npermissions: {}\njobs: {a: {runs-on: x, steps: [{uses: a/b@v1}]}}\n" };
    expect(await check(ci, "{}", "workflow/unpinned-uses")).toBe(1);
    expect(await check(ci, "{workflow: {pins: {a/*: ref}}}", "workflow/unpinned-uses")).toBe(0);
  });
});

describe("BuildKit's error=true", () => {
  const LOWER = "FROM node:20.1 as build\nMAINTAINER ann\nUSER root\n";
  const severities = (text: string, settings = {}) =>
    Object.fromEntries(
      checkFiles([{ kind: "dockerfile", source: new SourceText("Dockerfile", text) }], {
        now: NOW,
        rules: BASE_RULES,
        settings,
      }).findings.map(({ rule, severity }) => [rule, severity]),
    );

  test("makes errors of what BuildKit itself checks, and of nothing else", () => {
    const plain = severities(LOWER);
    const strict = severities(`# check=error=true\n${LOWER}`);
    expect([plain["dockerfile/maintainer"], strict["dockerfile/maintainer"]]).toEqual(["info", "error"]);
    expect(strict["dockerfile/root-user"]).toBe(plain["dockerfile/root-user"]);
    expect(severities(`# check=skip=JSONArgsRecommended;error=true\n${LOWER}`)["dockerfile/maintainer"]).toBe("error");
    expect(severities(`# check=error=false\n${LOWER}`)["dockerfile/maintainer"]).toBe("info");
  });

  test("of a service's Dockerfile too, with the build's arguments", async () => {
    const compose = (build: string) => `services: {web: {build: ${build}}}\n`;
    const severity = async (build: string, text: string) =>
      of(await repository({ "compose.yaml": compose(build), Dockerfile: text }), "dockerfile/maintainer");
    expect(await severity(".", LOWER)).toEqual(["Dockerfile info"]);
    expect(await severity(".", `# check=error=true\n${LOWER}`)).toEqual(["Dockerfile error"]);
    expect(await severity("{context: ., args: {BUILDKIT_DOCKERFILE_CHECK: error=true}}", LOWER)).toEqual(["Dockerfile error"]);
  });

  test("the build argument stands for the directive", () => {
    const given = (value: string) => ({ dockerfile: { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: value } } });
    expect(severities(LOWER, given("error=true"))["dockerfile/maintainer"]).toBe("error");
    expect(severities(`# check=error=true\n${LOWER}`, given("skip=none"))["dockerfile/maintainer"]).toBe("info");
  });
});
