import { describe, expect, test } from "vitest";
import { applyEdits, SourceText } from "../../core/index.ts";
import { checkFiles } from "../index.ts";
import { SCRIPT_RULES } from "./catalogue.ts";

const findings = (text: string, rule: string) =>
  checkFiles([{ kind: "dockerfile", source: new SourceText("Dockerfile", text) }], {
    now: 0,
    rules: SCRIPT_RULES.filter(({ id }) => id === `dockerfile/${rule}`),
  }).findings;

const fixed = (text: string, rule: string): string =>
  applyEdits(
    text,
    findings(text, rule).flatMap(({ fix }) => fix?.edits ?? []),
  );

describe("a fix writes the option where it belongs, and the rule is silent then", () => {
  for (const [rule, before, after] of [
    ["apt-yes", "apt-get install \\\n  curl", "apt-get install -y \\\n  curl"],
    ["apt-interface", "apt install -y curl && apt show curl", "apt-get install -y curl && apt-cache show curl"],
    ["apk-cache", "apk add curl", "apk add --no-cache curl"],
    ["yum-yes", "sudo yum install curl", "sudo yum install -y curl"],
    ["dnf-yes", "sh -c 'dnf install curl'", "sh -c 'dnf install -y curl'"],
    ["zypper-yes", "zypper in curl", "zypper in -y curl"],
    ["pip-cache", "python3 -m pip install a==1", "python3 -m pip install --no-cache-dir a==1"],
    ["wget-progress", "wget https://a.example/b", "wget -nv https://a.example/b"],
  ] as const)
    test(rule, () => {
      expect(fixed(`FROM a\nRUN ${before}\n`, rule)).toBe(`FROM a\nRUN ${after}\n`);
      expect(findings(`FROM a\nRUN ${after}\n`, rule)).toEqual([]);
    });
});

test("what does not stand in the file as it is run is left to its author", () => {
  for (const text of [
    'FROM a\nRUN ["apt-get", "install", "curl"]\n',
    "FROM a\nARG V=install\nRUN apt-get $V curl\n",
    'FROM a\nRUN apt-get "install" curl\n',
  ]) {
    expect(findings(text, "apt-yes")).toHaveLength(1);
    expect(findings(text, "apt-yes")[0]?.fix).toBeUndefined();
  }
});
