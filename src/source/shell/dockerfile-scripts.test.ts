import { expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { evaluate, parseDockerfile } from "../dockerfile/index.ts";
import { scriptsOf } from "./index.ts";

const read = (text: string) => {
  const source = new SourceText("Dockerfile", text);
  return scriptsOf(evaluate(parseDockerfile(source))).map((script) => ({
    ...script,
    lines: script.commands.map(({ name, args }) => [name, ...args.map((arg) => arg.text)].join(" ")),
    places: script.commands.map(({ start, end }) => source.slice(script.rangeOf(start, end))),
  }));
};

test("a command leads back to its lines, across continuations and comments", () => {
  const [script] = read("FROM a\nRUN one \\\n  # why\n  two && \\\n three\n");
  expect(script?.lines).toEqual(["one two", "three"]);
  expect(script?.places).toEqual(["one \\\n  # why\n  two", "three"]);
});

test("here-documents: the script itself, one for a shell, one that is only text", () => {
  const [script, handed, text, python] = read(
    "FROM a\nRUN <<EOF\nset -e\nmake all\nEOF\nRUN <<-E bash -e\n\tmake x\n\tE\nRUN cat <<E > /f && chmod +x /f\nrm -rf /\nE\nRUN <<E\n#!/usr/bin/env python3\nimport os\nE\n",
  );
  expect([script?.form, script?.lines, script?.places[1]]).toEqual(["heredoc", ["set -e", "make all"], "make all"]);
  expect([handed?.lines, handed?.places[1]]).toEqual([["bash -e", "make x"], "make x"]);
  expect(text?.lines).toEqual(["cat", "chmod +x /f"]);
  expect(python).toBeUndefined();
});

test("ARG and ENV count as the instruction sees them", () => {
  const scripts = read("FROM a AS b\nARG V=1\nENV P='x y'\nRUN f $V $P\nFROM b\nRUN f $V $P $Q\nONBUILD ARG W=1\nONBUILD RUN f $P $W\n");
  expect(scripts.map(({ lines }) => lines)).toEqual([["f 1 x y"], ["f 1 x y \0"], ["f x y \0"]]);
  expect(scripts.map(({ isOnbuild }) => isOnbuild)).toEqual([false, false, true]);
});

test("the shell in force: by SHELL, inherited, by #!, in exec form; others are not read", () => {
  const scripts = read(
    'FROM a AS b\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN a | b\nFROM b\nRUN c\nRUN ["sh", "-c", "d | e"]\nRUN ["f", "$g"]\nSHELL ["pwsh", "-c"]\nRUN Get-It | Out-Null\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir\n',
  );
  expect(scripts.map(({ shellName, lines }) => `${shellName}: ${lines.join("; ")}`)).toEqual([
    "bash: a; b",
    "bash: c",
    "sh: d; e",
    ": f $g",
  ]);
  expect(scripts[0]?.commands[0]).toMatchObject({ errexit: true, pipefail: true });
});

test("CMD, ENTRYPOINT and HEALTHCHECK are scripts too", () => {
  expect(
    read("FROM a\nCMD run $PORT\nENTRYPOINT exec app\nHEALTHCHECK CMD curl -f localhost || exit 1\n").map(({ kind, lines }) => [
      kind,
      lines,
    ]),
  ).toEqual([
    ["cmd", ["run \0"]],
    ["entrypoint", ["exec app", "app"]],
    ["healthcheck", ["curl -f localhost", "exit 1"]],
  ]);
});

test("Windows line ends are no part of a command", () => {
  const [script] = read("FROM a\r\nRUN <<EOF\r\nset -e\r\nmake \\\r\n  all\r\nEOF\r\nRUN one \\\r\n  two\r\n");
  expect(script?.lines).toEqual(["set -e", "make all"]);
  expect(read("FROM a\r\nRUN one \\\r\n  two\r\n")[0]?.places).toEqual(["one \\\r\n  two"]);
});
