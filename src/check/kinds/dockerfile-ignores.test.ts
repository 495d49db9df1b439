import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { checkFiles } from "../files.ts";
import { RULES } from "../whole-catalogue.ts";
import type { RuleSettings } from "../../project/index.ts";

const now = Date.UTC(2026, 10, 21);
const IDS = ["dockerfile/untagged-base", "dockerfile/exec-form", "dockerfile/secret-in-variable", "dockerfile/port-range"];
const rules = RULES.filter(({ id }) => IDS.includes(id));

const check = (text: string, settings: RuleSettings = {}): readonly string[] =>
  checkFiles([{ kind: "dockerfile", source: new SourceText("Dockerfile", text) }], { now, rules, settings }).findings.map(
    ({ rule, range }) => `${range?.start.line ?? 0} ${rule.replace(/^dockerfile\//, "")}`,
  );

describe("hadolint's ignores", () => {
  test("hold for the instruction below, however many lines it has", () => {
    expect(check("FROM a:1\n# hadolint ignore=DL3011\nEXPOSE \\\n  80 \\\n  80000\nEXPOSE 80000\n")).toEqual(["6 port-range"]);
  });

  test("may stand above another comment, and give a reason", () => {
    expect(check("FROM a:1\n# hadolint ignore=DL3011,DL3025 # old port\n# and more\nEXPOSE 80000\nCMD a\n")).toEqual(["5 exec-form"]);
  });

  test("for a stage end with it; for the file hold everywhere", () => {
    expect(check("# hadolint stage ignore=DL3011\nFROM a:1 AS x\nEXPOSE 80000\nFROM b:1\nEXPOSE 80000\n")).toEqual(["5 port-range"]);
    expect(check("FROM a:1 AS x\nEXPOSE 80000\nFROM b:1\nEXPOSE 80000\n# hadolint global ignore=DL3011\n")).toEqual([]);
  });

  test("are void when a word in them is no code", () => {
    expect(check("FROM a:1\n# hadolint ignore=DL3011,ports\nEXPOSE 80000\n")).toEqual(["3 port-range"]);
  });
});

describe("BuildKit's skips", () => {
  test("hold for the file as a directive, for one instruction as a comment", () => {
    expect(check("# check=skip=JSONArgsRecommended\nFROM a:1\nCMD a\nENTRYPOINT b\n")).toEqual([]);
    expect(check("FROM a:1\n# check=skip=JSONArgsRecommended // a shell is wanted\nCMD a\nENTRYPOINT b\n")).toEqual(["4 exec-form"]);
  });

  test("of all mean what BuildKit checks, no more", () => {
    expect(check("# check=skip=all;error=true\nFROM a\nCMD a\nENV TOKEN=x\n")).toEqual(["2 untagged-base"]);
  });

  test("come from the build argument instead when it is given", () => {
    const settings = { dockerfile: { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: "skip=SecretsUsedInArgOrEnv" } } };
    expect(check("# check=skip=all\nFROM a:1\nCMD a\nENV TOKEN=x\n", settings)).toEqual(["3 exec-form"]);
  });
});

describe("ignores of Trivy, Checkov and ours", () => {
  test("hold for the instruction, until they expire; Checkov's for the file", () => {
    expect(check("FROM a:1\n#trivy:ignore:DS-0008:exp:2026-12-31\nEXPOSE 1 \\\n 80000\n")).toEqual([]);
    expect(check("FROM a:1\n#trivy:ignore:DS-0008:exp:2026-01-01\nEXPOSE 80000\n")).toEqual(["2 suppression/expired", "3 port-range"]);
    expect(check("FROM a\n#checkov:skip=CKV_DOCKER_7:pinned elsewhere\n")).toEqual([]);
  });

  test("ours owe a reason and must hide something", () => {
    expect(check("FROM a:1\n# seaworthy ignore=dockerfile/port-range the port is wanted\nEXPOSE 80000\n")).toEqual([]);
    expect(check("FROM a:1\n# seaworthy ignore=dockerfile/port-range\nEXPOSE 80000\n")).toEqual([
      "2 suppression/reason-missing",
      "3 port-range",
    ]);
    expect(check("FROM a:1\n# seaworthy ignore=dockerfile/port-range for nothing\nEXPOSE 80\n")).toEqual(["2 suppression/unused"]);
  });

  test("inside a continued instruction speak of it", () => {
    expect(check("FROM a:1\nEXPOSE \\\n# seaworthy ignore=port-range the port is wanted\n 80000\n")).toEqual([]);
  });
});
