import { describe, expect, test } from "vitest";
import { readScript, UNKNOWN } from "./index.ts";

const commands = (text: string, outside: Readonly<Record<string, string>> = {}) =>
  readScript(text, { outside: (name) => outside[name] }).commands;
const lines = (text: string, outside?: Readonly<Record<string, string>>): readonly string[] =>
  commands(text, outside).map(({ name, args }) => [name, ...args.map((arg) => arg.text)].join(" "));

describe("variables are put in before anyone judges", () => {
  test("those from outside, those of the script, and lists of several words", () => {
    expect(lines("apt-get install $P git=$V", { P: "curl wget", V: "1.2" })).toEqual(["apt-get install curl wget git=1.2"]);
    expect(lines('V=1.2; echo "$V" ${V}.3')).toEqual([" ", "echo 1.2 1.2.3"].map((line) => line.trim()));
    expect(lines('echo "$P"', { P: "a b" })).toEqual(["echo a b"]);
    expect(commands('echo "$P"', { P: "a b" })[0]?.args).toHaveLength(1);
    expect(lines("export A=x && echo $A")).toEqual(["export A=x", "echo x"]);
  });

  test("what is not known stays unknown, within a value too", () => {
    const seen = commands('install a-$V "$(date)" $W');
    expect(seen.map(({ name }) => name)).toEqual(["date", "install"]);
    expect(seen[1]?.args.map(({ text, isOne }) => [text, isOne])).toEqual([
      [`a-${UNKNOWN}`, false],
      [UNKNOWN, true],
      [UNKNOWN, false],
    ]);
  });

  test("a value that only one way sets is not known behind both", () => {
    expect(lines("A=1; if x; then A=2; fi; echo $A").at(-1)).toBe(`echo ${UNKNOWN}`);
    expect(lines("A=1; (A=2); echo $A").at(-1)).toBe("echo 1");
    expect(lines("for f in a b; do echo $f; done")).toEqual([`echo ${UNKNOWN}`]);
    expect(lines("A=1; x | read A; echo $A").at(-1)).toBe("echo 1");
    expect(lines("read A; echo $A").at(-1)).toBe(`echo ${UNKNOWN}`);
  });

  test("defaults count where the value is known to be empty", () => {
    expect(lines("echo ${E:-d} ${E-d} ${F:+x}", { E: "", F: "1" })).toEqual(["echo d x"]);
  });
});

describe("structure", () => {
  test("what joins commands, what is a condition, what may not run", () => {
    expect(
      commands("a && b || c; d").map(({ name, before, after, isCondition, isConditional }) => [
        name,
        before,
        after,
        isCondition,
        isConditional,
      ]),
    ).toEqual([
      ["a", undefined, "&&", true, false],
      ["b", "&&", "||", true, false],
      ["c", "||", ";", false, true],
      ["d", ";", undefined, false, false],
    ]);
    expect(commands("if a; b; then c; else d; fi; ! e").map(({ name, isCondition }) => [name, isCondition])).toEqual([
      ["a", false],
      ["b", true],
      ["c", false],
      ["d", false],
      ["e", true],
    ]);
  });

  test("errexit and pipefail as they stand at each command", () => {
    const state = (text: string, shell?: readonly string[]) =>
      readScript(text, shell === undefined ? {} : { shell }).commands.map(
        ({ name, errexit, pipefail }) => `${name} ${errexit} ${pipefail}`,
      );
    expect(state("a; set -euo pipefail; b; set +e; c")).toEqual(
      ["a false false", "set false false", "b true true", "set true true", "c false true"].map((line) => line),
    );
    expect(state("a", ["/bin/bash", "-eo", "pipefail", "-c"])).toEqual(["a true true"]);
    expect(state("set -e; bash -c 'x'; sh -ec 'y'").slice(2)).toEqual(["x false false", "sh true false", "y true false"]);
    expect(state("(set -e; a); b").at(-1)).toBe("b false false");
  });

  test("pipelines know their length and each command its place", () => {
    expect(commands("a | (b; c) | d").map(({ name, stage, pipeline }) => [name, stage, pipeline?.length])).toEqual([
      ["a", 0, 3],
      ["b", 0, undefined],
      ["c", 0, undefined],
      ["d", 2, 3],
    ]);
  });

  test("what another command runs is seen, and by whom", () => {
    const seen = commands("sudo -u app env A=1 timeout 5 make all; sh -c 'cd /x && ls'; find . | xargs -n 1 rm -f");
    expect(seen.map(({ name, via }) => [name, via?.name])).toEqual([
      ["sudo", undefined],
      ["env", "sudo"],
      ["timeout", "env"],
      ["make", "timeout"],
      ["sh", undefined],
      ["cd", "sh"],
      ["ls", "sh"],
      ["find", undefined],
      ["xargs", undefined],
      ["rm", "xargs"],
    ]);
    expect(seen[3]?.assignments.map(({ name, text }) => `${name}=${text}`)).toEqual(["A=1"]);
  });

  test("a here-document that a shell reads is a script, another is text", () => {
    expect(lines("bash <<'E'\nmake\nE\ncat <<E\nrm -rf /\nE\n")).toEqual(["bash", "make", "cat"]);
  });
});

test("every command is where it says, scripts within scripts too", () => {
  const text = "a 'x' && sudo b \"$(c d)\" ; sh -c 'e f'";
  for (const { name, start, end } of commands(text)) expect(text.slice(start, end).split(/[ ']/)).toContain(name);
  const inner = commands(text).find(({ name }) => name === "e");
  expect(text.slice(inner?.start, inner?.end)).toBe("e f");
});

test("uses of variables say whether they are split, set and where", () => {
  const { uses } = readScript('a=1; cp $a "$b" ${c:-x} $D');
  expect(uses.map(({ name, isSplit, isAssigned, hasDefault }) => [name, isSplit, isAssigned, hasDefault])).toEqual([
    ["a", true, true, false],
    ["b", false, false, false],
    ["c", true, false, true],
    ["D", true, false, false],
  ]);
});

describe("any text is read", () => {
  test("a broken script says so", () => {
    expect(readScript("if true; then echo").problems).not.toEqual([]);
    expect(readScript('echo "a').problems).not.toEqual([]);
    expect(readScript("make all").problems).toEqual([]);
  });

  test("hostile ones are bounded in size, depth, count and time", () => {
    const before = performance.now();
    expect(readScript("a".repeat(300_000)).problems[0]?.message).toContain("longer");
    expect(readScript("$(".repeat(50_000)).problems[0]?.message).toContain("nested");
    expect(readScript("a;".repeat(20_000)).commands.length).toBeLessThanOrEqual(2048);
    for (const text of [
      "$(".repeat(5000),
      "(".repeat(5000),
      `${"sudo ".repeat(3000)}a`,
      `${"A=$A$A;".repeat(500)}echo $A`,
      "`".repeat(999),
      "{a,".repeat(3000),
    ])
      expect(() => readScript(`A=xxxxxxxx; ${text}`)).not.toThrow();
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test("and whatever was cut out or put in, places stay within", () => {
    const whole =
      'set -e; if [ -f "$a" ]; then sh -c \'x | y\' && z $(q "`w`") <<E\nbody $b\nE\nfi; case $x in a) b;; esac; for i in 1 2; do f; done';
    const bits = ["$(", "`", '"', "'", "${", "}", ")", "<<E\n", "|", "&&", ";", "fi", "\\\n", "#", "\0"];
    for (let at = 0; at <= whole.length; at += 1)
      for (const text of [whole.slice(0, at), whole.slice(at), ...bits.map((bit) => whole.slice(0, at) + bit + whole.slice(at))])
        for (const { start, end } of readScript(text).commands) expect(start >= 0 && start <= end && end <= text.length).toBe(true);
  });
});

describe("texts that take another's parser the square of their length, or more, are not read", () => {
  test.each([
    ["here-documents", "<<a".repeat(20_000), "more than 200 here-documents"],
    ["process substitutions", "a <(".repeat(10_000), "nested more than 64 deep"],
    ["command substitutions", "a $(".repeat(10_000), "nested more than 64 deep"],
    ["defaults within defaults", "${a:-".repeat(10_000), "nested more than 64 deep"],
    ["bare parentheses in substitutions", `${"$(".repeat(50)}${"(".repeat(24_000)}`, "nested more than 64 deep"],
    ["much within nested substitutions", `${"$(".repeat(36)}${"|".repeat(45_000)}`, "more than 1000000 characters in nested"],
    ["backticks", "`".repeat(100_000), "more than 2000 substitutions"],
    ["words", `echo ${"a ".repeat(16_000)}`, "more than 2048 words"],
  ])("%s", (_, text, words) => {
    const { problems } = readScript(text);
    expect(problems).toEqual([expect.objectContaining({ isLimit: true, message: expect.stringContaining(words) })]);
  });
  test("parentheses side by side are not nested, in a substitution or outside of any", () => {
    expect(readScript("(a); ".repeat(100)).problems).toEqual([]);
    expect(readScript(`a $(${"(b); ".repeat(100)})`).problems).toEqual([]);
  });
  test("a long list of commands", () => {
    const started = performance.now();
    readScript("a || ".repeat(15_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
  test("programs that run each other", () => {
    const started = performance.now();
    expect(readScript("sudo ".repeat(13_000)).commands.length).toBeLessThan(20);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(readScript("sudo env A=b nice make all").commands.map(({ name }) => name)).toEqual(["sudo", "env", "nice", "make"]);
  });
  test("what scripts have is read", () => {
    expect(readScript("cat <<E\na\nE\n".repeat(100)).problems).toEqual([]);
    expect(readScript("diff <(sort a) <(sort b)").problems).toEqual([]);
  });
});
