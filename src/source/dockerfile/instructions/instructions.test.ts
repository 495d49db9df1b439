import { describe, expect, test } from "vitest";
import { SourceText } from "../../../core/index.ts";
import { parseDockerfile } from "../parse.ts";
import type { Instruction, Keyword } from "./instruction.ts";

const parse = (text: string) => parseDockerfile(new SourceText("Dockerfile", text));
/** The kind of instruction that has a keyword, alone or among others. */
type Of<Wanted, Kind = Instruction> = Kind extends { readonly keyword: infer Has } ? (Wanted extends Has ? Kind : never) : never;
/** Reads one instruction of a stage. */
const one = <Wanted extends Keyword>(keyword: Wanted, text: string): Of<Wanted> => {
  const found = parse(`FROM a\n${text}`).instructions[1];
  if (found?.keyword !== keyword) throw new Error(`${found?.keyword} instead of ${keyword}`);
  return found as Of<Wanted>;
};
const complaints = (text: string): readonly string[] => parse(`FROM a\n${text}`).diagnostics.map((found) => found.message);

describe("FROM", () => {
  test("platform, image, name", () => {
    const [from] = parse("from --platform=$BUILDPLATFORM node:24@sha256:00 As Build").instructions;
    if (from?.keyword !== "FROM") throw new Error("no FROM");
    expect([from.platform?.text, from.image?.text, from.as?.text, from.name?.text]).toEqual([
      "$BUILDPLATFORM",
      "node:24@sha256:00",
      "As",
      "Build",
    ]);
    expect(from.name?.range).toMatchObject({ start: { column: 53 }, end: { column: 58 } });
  });
  test.each([
    ["FROM a b", "FROM requires either one or three arguments"],
    ["FROM a to b", "FROM requires either one or three arguments"],
    ["FROM", "FROM requires either one or three arguments"],
    ["FROM a AS 1b", 'invalid name for build stage: "1b", name can\'t start with a number or contain symbols'],
    ["FROM --platfrom=x a", "unknown flag: --platfrom (did you mean platform?)"],
  ])("%s", (text, message) => expect(parse(text).diagnostics.map((found) => found.message)).toEqual([message]));
});

describe("ENV, LABEL, ARG", () => {
  const pairs = (text: string) => one("ENV", text).pairs.map(({ key, value, legacy }) => [key.text, value.text, legacy]);
  test.each([
    [
      "ENV A=1 B=two\\ words C=\"x y\" D='a=b'",
      [
        ["A", "1", false],
        ["B", "two\\ words", false],
        ["C", '"x y"', false],
        ["D", "'a=b'", false],
      ],
    ],
    ["ENV A  b c  d ", [["A", "b c  d", true]]],
    [
      "ENV A= B=x\\",
      [
        ["A", "", false],
        ["B", "x", false],
      ],
    ],
    ['ENV J={"a":1}', [["J", '{"a":1}', false]]],
  ])("%s", (text, wanted) => expect(pairs(text)).toEqual(wanted));
  test("a key may be quoted, a value continued", () => {
    const [pair] = one("LABEL", 'LABEL "a b"="c\\\nd"').pairs;
    expect([pair?.key.text, pair?.value.text]).toEqual(['"a b"', '"cd"']);
    expect(pair?.value.range).toMatchObject({ start: { line: 2, column: 13 }, end: { line: 3, column: 3 } });
  });
  test("ARG takes several, with and without default", () => {
    expect(one("ARG", 'ARG A B=1 C="x y" D=').args.map(({ name, value }) => [name.text, value?.text])).toEqual([
      ["A", undefined],
      ["B", "1"],
      ["C", '"x y"'],
      ["D", ""],
    ]);
  });
  test.each([
    ["ENV A", "ENV must have two arguments"],
    ["LABEL", "LABEL requires at least one argument"],
    ["ENV A=1 b", 'Syntax error - can\'t find = in "b". Must be of the form: name=value'],
    ["ENV =1", "ENV names can not be blank"],
    ["ARG =1", "ARG names can not be blank"],
    ["ARG", "ARG requires at least one argument"],
    ["ENV --a b=1", "unknown flag: --a"],
  ])("%s", (text, message) => expect(complaints(text)).toEqual([message]));
});

describe("COPY and ADD", () => {
  test("every flag, typed", () => {
    const text = "COPY --from=build --chown=1:1 --chmod=644 --link --parents=false --exclude=*.a --exclude=*.b x y /z";
    const copy = one("COPY", text);
    expect([copy.from?.text, copy.chown?.text, copy.chmod?.text, copy.link, copy.parents]).toEqual(["build", "1:1", "644", true, false]);
    expect(copy.exclude.map((word) => word.text)).toEqual(["*.a", "*.b"]);
    expect([copy.sources.map((source) => source.word.text), copy.destination?.text, copy.form]).toEqual([["x", "y"], "/z", "words"]);
    const add = one("ADD", "ADD --checksum=sha256:1 --keep-git-dir --unpack=FALSE https://a/b /c");
    expect([add.checksum?.text, add.keepGitDir, add.unpack, add.link]).toEqual(["sha256:1", true, false, false]);
    expect(complaints(text)).toEqual([]);
  });
  test("JSON form: spaces, escapes, places", () => {
    const { sources, destination, form } = one("COPY", 'COPY ["a file", "\\u0062\\"", \\\n "/d"]');
    expect([form, sources.map((source) => source.word.text), destination?.text]).toEqual(["json", ["a file", 'b"'], "/d"]);
    expect(sources[1]?.word.range).toMatchObject({ start: { column: 18 }, end: { column: 26 } });
    expect(sources[1]?.word.rangeOf(1, 2)).toMatchObject({ start: { column: 24 }, end: { column: 26 } });
  });
  test("a quoted flag, an escaped one, one behind --", () => {
    const copy = one("COPY", 'COPY --chown="a b":c --chmod=6\\4\\4 -- --x /y');
    expect([copy.chown?.text, copy.chmod?.text, copy.sources.map((source) => source.word.text)]).toEqual(["a b:c", "644", ["--x"]]);
    expect(copy.chown?.rangeOf(0, 3)).toMatchObject({ start: { column: 15 }, end: { column: 18 } });
    expect(copy.chown?.range).toMatchObject({ start: { column: 15 }, end: { column: 21 } });
  });
  test.each([
    ["COPY a", "COPY requires at least two arguments, but only one was provided. Destination could not be determined"],
    ["COPY a <<E\nE", "COPY cannot accept a heredoc as a destination"],
    ["COPY --form=a b c", "unknown flag: --form (did you mean from?)"],
    ["ADD --from=a b c", "unknown flag: --from"],
    ["COPY --link=abc a b", "expecting boolean value for flag --link, not: abc"],
    ["COPY --link= a b", "missing a value on flag: --link"],
    ["COPY --chown a b", "missing a value on flag: --chown"],
    ["COPY --chown=1 --chown=2 a b", "duplicate flag specified: --chown"],
    ['COPY ["a", 1]', "when using JSON array syntax, arrays must be comprised of strings only"],
  ])("%s", (text, message) => expect(complaints(text)).toContain(message));
});

describe("RUN", () => {
  test("mounts have their own grammar", () => {
    const run = one(
      "RUN",
      'RUN --mount=type=Secret,"id=a,b",DST=/x,required --mount=from=deps,src=/m,target=/n,ro --network=none --security=insecure npm ci',
    );
    expect(run.mounts.map(({ type, id, target, from, source }) => [type, id?.text, target?.text, from?.text, source?.text])).toEqual([
      ["secret", "a", "/x", undefined, undefined],
      ["bind", undefined, "/n", "deps", "/m"],
    ]);
    // The quotes are BuildKit's flag quotes, not CSV's: the comma parts two fields.
    expect(run.mounts[0]?.fields.map((field) => field.word.text)).toEqual(["type=Secret", "id=a", "b", "DST=/x", "required"]);
    expect([run.network?.text, run.security?.text, run.command.form]).toEqual(["none", "insecure", "shell"]);
  });
  test("a variable in a mount stays one; a value has its place", () => {
    const text = "RUN --mount=type=cache,id=$ID,target=/c x";
    const [mount] = one("RUN", text).mounts;
    expect(mount?.id?.text).toBe("$ID");
    expect(mount?.id?.range).toMatchObject({ start: { column: 27 }, end: { column: 30 } });
  });
  test.each([
    ["exec", 'RUN ["a", "b c"]', ["a", "b c"]],
    ["empty", "RUN []", []],
    ["continued", 'RUN [ "a", \\\n "b" ]', ["a", "b"]],
  ])("exec form, %s", (_name, text, words) => {
    const { command } = one("RUN", text);
    expect(command.form === "exec" && command.words.map((word) => word.text)).toEqual(words);
  });
  test.each(["RUN ['a']", 'RUN ["a"', 'RUN ["a"] # b', 'RUN ["a",]', 'RUN ["\\x"]', "RUN [ -f x ] && y"])(
    "%s is the shell form",
    (text) => {
      expect(one("RUN", text).command).toMatchObject({ form: "shell", text: { text: text.slice(4) } });
      expect(complaints(text)).toEqual([]);
    },
  );
  test.each([
    ["RUN --mount=type=bind,from=$X y", "'from' doesn't support variable expansion, define alias stage instead"],
    ['RUN --mount=a\\"b y', 'failed to parse csv mounts: parse error on line 1, column 2: bare " in non-quoted-field'],
    ["RUN --network=some y", 'invalid network mode "some"'],
    ["RUN --security=some y", 'security "some" is not valid'],
    ['RUN --device=a=b,c,d=\\"x y', 'failed to parse csv devices: parse error on line 1, column 9: bare " in non-quoted-field'],
    ["RUN --mount y", "missing a value on flag: --mount"],
  ])("%s", (text, message) => expect(complaints(text)).toContain(message));
  test("a mount key that is given twice is a warning: BuildKit takes the last", () => {
    expect(parse("FROM a\nRUN --mount=type=cache,type=tmpfs,target=/x y").diagnostics).toMatchObject([
      { severity: "warning", code: "duplicate-mount-key" },
    ]);
    expect(one("RUN", "RUN --mount=type=cache,type=tmpfs,target=/x y").mounts[0]?.type).toBe("tmpfs");
  });
});

describe("HEALTHCHECK", () => {
  test("all flags, in milliseconds", () => {
    const text = "HEALTHCHECK --interval=1m30s --timeout=.5s --start-period=2h --start-interval=250ms --retries=0 cmd curl -f x";
    expect(one("HEALTHCHECK", text)).toMatchObject({
      type: "CMD",
      intervalMs: 90_000,
      timeoutMs: 500,
      startPeriodMs: 7_200_000,
      startIntervalMs: 250,
      retries: 0,
      command: { form: "shell", text: { text: "curl -f x" } },
    });
    expect(complaints(text)).toEqual([]);
  });
  test("NONE, and JSON", () => {
    expect(one("HEALTHCHECK", "HEALTHCHECK none").type).toBe("NONE");
    expect(one("HEALTHCHECK", 'HEALTHCHECK CMD ["a"]').command?.form).toBe("exec");
  });
  test.each([
    ["HEALTHCHECK", "HEALTHCHECK requires at least one argument"],
    ["HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"],
    ["HEALTHCHECK TEST x", 'Unknown type "TEST" in HEALTHCHECK (try CMD)'],
    ["HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"],
    ["HEALTHCHECK --interval=a CMD x", 'time: invalid duration "a"'],
    ["HEALTHCHECK --interval=10 CMD x", 'time: missing unit in duration "10"'],
    ["HEALTHCHECK --interval=1x CMD x", 'time: unknown unit "x" in duration "1x"'],
    ["HEALTHCHECK --interval=1us CMD x", 'Interval "interval" cannot be less than 1ms'],
    ["HEALTHCHECK --retries=a CMD x", 'strconv.ParseInt: parsing "a": invalid syntax'],
    ["HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)"],
    ["HEALTHCHECK --interva=1s CMD x", "unknown flag: --interva (did you mean interval?)"],
  ])("%s", (text, message) => expect(complaints(text)).toEqual([message]));
});

describe("the others", () => {
  test.each([
    ["SHELL", 'SHELL ["/bin/bash", "-c"]', ["/bin/bash", "-c"]],
    ["VOLUME", 'VOLUME ["/a", "/b c"]', ["/a", "/b c"]],
    ["VOLUME", "VOLUME /a /b", ["/a", "/b"]],
    ["EXPOSE", "EXPOSE 80 \\\n 81-83/udp $P", ["80", "81-83/udp", "$P"]],
  ] as const)("%s", (keyword, text, wanted) => expect(one(keyword, text).words.map((word) => word.text)).toEqual(wanted));
  test.each([
    ["USER", "USER  a b "],
    ["WORKDIR", "workdir a b"],
    ["STOPSIGNAL", "STOPSIGNAL a b"],
    ["MAINTAINER", "MAINTAINER a b"],
  ] as const)("%s takes all of the line", (keyword, text) => expect(one(keyword, text).value?.text).toBe("a b"));
  test.each([
    ["SHELL /bin/sh", "SHELL requires the arguments to be in JSON form"],
    ["SHELL []", "SHELL requires at least one argument"],
    ["EXPOSE", "EXPOSE requires at least one argument"],
    ['VOLUME [""]', "VOLUME specified can not be an empty string"],
    ["USER", "USER requires exactly one argument"],
    ["CMD --x y", "unknown flag: --x"],
    ["RUNN x", "unknown instruction: RUNN (did you mean RUN?)"],
    ["copi x", "unknown instruction: copi (did you mean copy?)"],
    ["ONBUILD", "ONBUILD requires at least one argument"],
    ["ONBUILD onbuild RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ["ONBUILD from x", "FROM isn't allowed as an ONBUILD trigger"],
    ["ONBUILD maintainer x", "MAINTAINER isn't allowed as an ONBUILD trigger"],
    ["ONBUILD COPY --x=1 a b", "unknown flag: --x"],
  ])("%s", (text, message) => expect(complaints(text)).toEqual([message]));
  test("the trigger of ONBUILD is an instruction of its own", () => {
    const { trigger } = one("ONBUILD", "ONBUILD copy --chown=1 a /b");
    expect(trigger?.keyword === "COPY" && [trigger.chown?.text, trigger.destination?.text]).toEqual(["1", "/b"]);
    expect(trigger?.range).toMatchObject({ start: { column: 9 }, end: { column: 28 } });
  });
  test("every instruction but a broken one is read, each error at its place", () => {
    const { instructions, diagnostics } = parse("FROM a\nENV X\nCOPPY a b\nUSER me");
    expect(instructions.map(({ keyword }) => keyword)).toEqual(["FROM", "ENV", "UNKNOWN", "USER"]);
    expect(diagnostics.map(({ code, range }) => [code, range.start.line])).toEqual([
      ["arguments", 2],
      ["unknown-instruction", 3],
    ]);
  });
});
