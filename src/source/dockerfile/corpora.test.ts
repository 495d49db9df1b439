import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { quoted } from "./diagnostic.ts";
import type { Dockerfile } from "./dockerfile.ts";
import { evaluate } from "./evaluate/evaluate.ts";
import type { Command, Instruction } from "./instructions/instruction.ts";
import { parseDockerfile } from "./parse.ts";
import { mappedTexts } from "./walk.fixture.ts";
import { expandText } from "./words/expand.ts";
import { knownText } from "./words/parts.ts";

const folder = new URL("../../../../shared/corpora/", import.meta.url);
const present = existsSync(folder);
const needs = present ? "" : " (skipped: ../shared/corpora is not here)";

interface Record {
  readonly id: string;
  readonly kind?: string;
  readonly test?: string;
  readonly file_kind?: string;
  readonly content: string;
  readonly fires: boolean;
  readonly error: string;
  readonly expect_dump: string;
  readonly input: string;
  readonly env: { readonly [name: string]: string };
  readonly platform: string;
  readonly expected: unknown;
  readonly matched?: readonly string[];
  readonly unmatched?: readonly string[];
}

const records = (file: string): readonly Record[] =>
  present
    ? readFileSync(new URL(`${file}.jsonl`, folder), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Record => JSON.parse(line))
    : [];
const parse = (content: string): Dockerfile => parseDockerfile(new SourceText("Dockerfile", content));
const complaints = (content: string): readonly string[] => parse(content).diagnostics.map((one) => one.message);
/** In a fragment the first FROM is missing, which is not what these cases are about. */
const ABOUT_FROM = new Set(["no-stages", "no-stage-yet", "empty-file"]);

describe.skipIf(!present)(`BuildKit's parser${needs}`, () => {
  const commandWords = (command: Command): readonly string[] =>
    command.form === "exec" ? command.words.map((word) => word.text) : command.text.length === 0 ? [] : [command.text.text];
  const argumentsOf = (instruction: Instruction): readonly string[] => {
    switch (instruction.keyword) {
      case "FROM":
        return [instruction.image, instruction.as, instruction.name].flatMap((word) => word?.text ?? []);
      case "ARG":
        return instruction.args.map((arg) => arg.word.text);
      case "ENV":
      case "LABEL":
        return instruction.pairs.flatMap(({ key, value, legacy }) => [key.text, value.text, legacy ? "" : "="]);
      case "COPY":
      case "ADD":
        return [
          ...instruction.sources.map((source) => source.word.text),
          ...(instruction.destination === undefined ? [] : [instruction.destination.text]),
        ];
      case "RUN":
      case "CMD":
      case "ENTRYPOINT":
        return commandWords(instruction.command);
      case "SHELL":
      case "EXPOSE":
      case "VOLUME":
        return instruction.words.map((word) => word.text);
      case "HEALTHCHECK":
        return [instruction.type ?? "", ...(instruction.command === undefined ? [] : commandWords(instruction.command))];
      case "USER":
      case "WORKDIR":
      case "STOPSIGNAL":
      case "MAINTAINER":
        return instruction.value === undefined ? [] : [instruction.value.text];
      default:
        return [];
    }
  };
  /** As `Node.Dump` prints it. */
  const dump = (instruction: Instruction): string => {
    const flags = instruction.flags.map((flag) => quoted(flag.word.text)).join(" ");
    const inner = instruction.keyword === "ONBUILD" && instruction.trigger !== undefined ? [`(${dump(instruction.trigger)})`] : [];
    return [
      instruction.word.text.toLowerCase(),
      ...(flags === "" ? [] : [`[${flags}]`]),
      ...argumentsOf(instruction).map(quoted),
      ...inner,
    ].join(" ");
  };

  test.each(records("buildkit-parser").filter((record) => !record.fires))("$test", ({ content, expect_dump }) => {
    const got = parse(content).instructions.map((instruction) => `(${dump(instruction)})\n`);
    expect(got.join("").replaceAll("\\b", "\b").replaceAll("\\f", "\f")).toBe(expect_dump.replaceAll("\\b", "\b").replaceAll("\\f", "\f"));
  });
  test.each(records("buildkit-parser").filter((record) => record.fires))("$test is refused", ({ content }) => {
    expect(
      parse(content).diagnostics.filter((one) => one.severity === "error" && one.code !== "no-stages" && one.code !== "no-stage-yet"),
    ).not.toEqual([]);
  });
  test.each(records("parser-errors"))("error: $error", ({ content, error }) => {
    expect(complaints(content)).toContainEqual(expect.stringContaining(error));
  });
  test.each(records("parser-heredocs"))("here-documents", ({ content, expected }) => {
    const got = parse(content)
      .instructions.slice(1)
      .map(({ heredocs }) =>
        heredocs.map((heredoc) => ({
          Name: heredoc.name,
          Content: heredoc.content.text,
          Expand: heredoc.expand,
          ...(heredoc.chomp ? { Chomp: true } : {}),
          ...(heredoc.fileDescriptor === 0 ? {} : { FileDescriptor: heredoc.fileDescriptor }),
        })),
      );
    expect(got).toEqual(expected);
  });
});

describe.skipIf(!present)(`BuildKit's words${needs}`, () => {
  test.each(records("parser-words").filter((record) => record.platform !== "windows"))("$kind $input", (record) => {
    const { input, env, kind, expected, error, matched, unmatched } = record;
    const found = expandText(input, {
      split: kind === "words",
      lookup: (name) => {
        const value = env[name];
        return value === undefined ? { state: "unset" } : { state: "set", parts: value === "" ? [] : [value] };
      },
    });
    expect(found.error !== undefined).toBe(Boolean(error));
    if (found.error !== undefined) return;
    expect(kind === "words" ? found.words.map((word) => knownText(word.parts)) : knownText(found.parts)).toEqual(expected);
    const names = (state: string): readonly string[] =>
      [...new Set(found.uses.filter((use) => use.found.state === state).map((use) => use.name))].sort();
    if (matched !== undefined) expect([names("set"), names("unset")]).toEqual([matched.toSorted(), (unmatched ?? []).toSorted()]);
  });
});

describe.skipIf(!present)(`language-docker${needs}`, () => {
  /** BuildKit takes one character only, and says so; language-docker reads the first and forgets the second. */
  const WE_FOLLOW_BUILDKIT = ["# escape = \\\\\n"];
  test.each(records("parser-language-docker").filter(({ content }) => !WE_FOLLOW_BUILDKIT.includes(content)))(
    "$id $test",
    ({ content, fires }) => {
      expect(parse(content).diagnostics.filter((one) => !ABOUT_FROM.has(one.code)).length > 0).toBe(fires);
    },
  );
});

describe.skipIf(!present)(`every Dockerfile of the corpora${needs}`, () => {
  const texts = new Set(
    ["hadolint", "buildkit", "buildkit-parser", "dockerfile-utils", "trivy-docker", "checkov-docker", "parser-language-docker"]
      .flatMap(records)
      .filter((record) => record.file_kind === "dockerfile" && typeof record.content === "string")
      .map((record) => record.content),
  );
  test("every character of every word is where the map says it is", () => {
    for (const text of texts)
      for (const word of mappedTexts(parse(text)))
        for (let at = 0; at < word.length; at += 1)
          // A JSON escape stands where its backslash stands.
          if (text[word.offsetOf(at)] !== word.text[at] && text[word.offsetOf(at)] !== "\\")
            expect.fail(`${JSON.stringify(text)}: ${JSON.stringify(word.text)} at ${at}`);
    expect(texts.size).toBeGreaterThan(1000);
  });
  test("none takes 100 ms to read and evaluate", () => {
    const slow = [...texts].filter((text) => {
      const start = performance.now();
      evaluate(parse(text));
      const took = performance.now() - start;
      // A pause of the machine is not the file's: only what is slow twice is slow.
      if (took < 100) return false;
      const again = performance.now();
      evaluate(parse(text));
      return performance.now() - again >= 100;
    });
    expect(slow).toEqual([]);
  });
});
