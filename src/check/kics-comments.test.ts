import { describe, expect, test } from "vitest";
import { SourceText } from "../core/index.ts";
import { findRules } from "./whole-catalogue.ts";
import { checkFiles } from "./files.ts";
import { yamlBlock } from "./kics-comments.ts";
import { KICS_IDS, kicsAlias } from "./kics-ids.ts";
import { checkCompose, NOW } from "./test-data/subjects.ts";

test("every id that is known is a rule's alias", () => {
  expect(KICS_IDS.filter((id) => findRules(kicsAlias(id)).length === 0)).toEqual([]);
});

describe("in a Dockerfile", () => {
  const lines = (text: string, ...rules: readonly string[]) =>
    checkFiles([{ kind: "dockerfile", source: new SourceText("Dockerfile", text) }], {
      now: NOW,
      rules: rules.flatMap(findRules),
    }).findings.map(({ range }) => range?.start.line);
  const LATEST = ["latest-base", "maintainer"] as const;

  test("ignore-block holds from the instruction below to the end of its stage", () => {
    const stages = (first: string, second = "") => `${first}FROM a:latest AS a\nMAINTAINER x\n${second}FROM b:latest AS b\nMAINTAINER y\n`;
    expect(lines(stages(""), ...LATEST)).toEqual([1, 2, 3, 4]);
    expect(lines(stages("# kics-scan ignore-block\n"), ...LATEST)).toEqual([4, 5]);
    expect(lines(stages("", "# kics-scan ignore-block\n"), ...LATEST)).toEqual([1, 2]);
  });

  test("ignore-line holds for an instruction of several lines", () => {
    const text = "FROM a:1\n# kics-scan ignore-line\nMAINTAINER \\\n  x\nMAINTAINER y\n";
    expect(lines(text, "maintainer")).toEqual([5]);
  });

  test("disable and enable, by id, at the top of the file only", () => {
    const text = "FROM a:latest\nMAINTAINER x\n";
    const maintainer = "99614418-f82b-4852-a9ae-5051402b741c";
    expect(lines(`# kics-scan disable=${maintainer}\n${text}`, ...LATEST)).toEqual([2]);
    expect(lines(`# ours\n# kics-scan disable=${maintainer},f45ea400-6bbe-4501-9fc7-1c3d75c32067\n${text}`, ...LATEST)).toEqual([]);
    expect(lines(`# kics-scan enable=${maintainer}\n${text}`, ...LATEST)).toEqual([3]);
    expect(lines(`# kics-scan disable=00000000-0000-0000-0000-000000000000\n${text}`, ...LATEST)).toEqual([2, 3]);
    expect(lines(`${text}# kics-scan disable=${maintainer}\n`, ...LATEST)).toEqual([1, 2]);
    expect(lines(`${text}# kics-scan ignore\n`, ...LATEST)).toEqual([1, 2]);
    expect(lines(`# kics-scan ignore\n${text}`, ...LATEST)).toEqual([]);
  });
});

describe("in YAML", () => {
  const rules = { rules: ["compose/no-new-privileges", "compose/published-ports"].flatMap(findRules) };
  const found = async (text: string) =>
    (await checkCompose(text, rules)).findings.map(({ rule, service }) => `${service} ${rule.slice(8)}`);
  const services = (web: string, ports = "") =>
    `services:\n${web}  web:\n    image: a:1.2.3\n${ports}    ports:\n    - "80:80"\n\n  db:\n    image: b:1.2.3\n`;

  test("ignore-block holds for a key and all below it", async () => {
    const all = ["web no-new-privileges", "web published-ports", "db no-new-privileges"];
    expect(await found(services(""))).toEqual(all);
    expect(await found(services("  # kics-scan ignore-block\n"))).toEqual(["db no-new-privileges"]);
    expect(await found(services("", "    # kics-scan ignore-block\n"))).toEqual(["web no-new-privileges", "db no-new-privileges"]);
    expect(await found(`# kics-scan ignore-block\n${services("")}`)).toEqual([]);
  });

  test("of several documents, above the first line of one for that one; of a list, for its item", () => {
    const block = (text: string): string => {
      const { start, end } = yamlBlock(new SourceText("a.yaml", text), text.indexOf("#"));
      return text.slice(start, end);
    };
    expect(block("---\na: 1\n---\n# x\n\nb: 1\nc:\n  d: 1\n---\ne: 1\n")).toBe("b: 1\nc:\n  d: 1\n");
    expect(block("a: 1\n# x\nb:\n- 1\n- 2\nc: 1\n")).toBe("b:\n- 1\n- 2\n");
    expect(block("a:\n  # x\n  - b: 1\n    c: 1\n  - d: 1\n")).toBe("  - b: 1\n    c: 1\n");
    expect(block("a: 1\n# x")).toBe("");
  });
});
