import { expect, test } from "vitest";
import { readPlainProgress } from "./plain-progress.ts";

/** Taken from Docker 20.10.24, `DOCKER_BUILDKIT=1 docker build --progress=plain`, of a build that fails. */
const FAILING = `#1 [internal] load build definition from Dockerfile
#1 sha256:1111111111111111111111111111111111111111111111111111111111111111
#1 transferring dockerfile: 92B done
#1 DONE 0.0s

#3 [internal] load metadata for docker.io/library/base:1
#3 DONE 0.0s

#4 [deps 1/3] FROM docker.io/library/base:1
#4 DONE 0.0s

#5 [deps 2/3] COPY package.json ./
#5 sha256:2222222222222222222222222222222222222222222222222222222222222222
#5 CACHED

#6 [deps 3/3] RUN echo one && echo two >&2 && exit 3
#6 sha256:3333333333333333333333333333333333333333333333333333333333333333
#6 0.312 one
#6 0.313 two
#6 ERROR: executor failed running [/bin/sh -c echo one && echo two >&2 && exit 3]: exit code: 3
------
 > [deps 3/3] RUN echo one && echo two >&2 && exit 3:
------
executor failed running [/bin/sh -c echo one && echo two >&2 && exit 3]: exit code: 3`;

const read = (text: string) => {
  const heard: string[] = [];
  const { line, tally } = readPlainProgress({
    begin: (step) => heard.push(`+ ${step}`),
    note: (words) => heard.push(words),
    end: (step, result) => heard.push(`- ${step} ${result}`),
  });
  for (const each of text.split("\n")) line(each);
  return { heard, tally: tally() };
};

test("steps are counted without FROM, cached ones apart, and the failing one is told with its output", () => {
  const { heard, tally } = read(FAILING);
  expect(tally).toMatchObject({ steps: 2, cachedSteps: 1 });
  expect(tally.failed?.step).toBe("[deps 3/3] RUN echo one && echo two >&2 && exit 3");
  expect(tally.failed?.because).toMatch(/exit code: 3$/);
  expect(tally.failed?.lines.slice(-2)).toEqual(["one", "two"]);
  expect(heard).toEqual([
    "+ [deps 2/3] COPY package.json ./",
    "- [deps 2/3] COPY package.json ./ cached",
    "+ [deps 3/3] RUN echo one && echo two >&2 && exit 3",
  ]);
});

test("output that looks like progress, or drives a terminal, does neither", () => {
  const { tally, heard } = read(
    "#2 [2/2] RUN ./configure\n#2 0.1 DONE later\n#2 0.2 \u001b[31mred\n#2 DONE 1.5s\n#99 ERROR nobody knows\nnot progress",
  );
  expect(heard.at(-1)).toBe("- [2/2] RUN ./configure 1.5s");
  expect(tally).toEqual({ steps: 1, cachedSteps: 0, all: [{ name: "[2/2] RUN ./configure", cached: false, seconds: 1.5 }] });
});

test("only the last 20 lines of a step are kept", () => {
  const output = Array.from({ length: 50 }, (_, at) => `#2 0.1 line ${at}`).join("\n");
  const { tally } = read(`#2 [2/2] RUN yes\n${output}\n#2 ERROR: exit code: 1`);
  expect(tally.failed?.lines).toHaveLength(20);
  expect(tally.failed?.lines.at(-1)).toBe("line 49");
});
