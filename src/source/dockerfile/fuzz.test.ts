import { expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { evaluate } from "./evaluate/evaluate.ts";
import { parseDockerfile } from "./parse.ts";
import { mappedTexts, mutate, randomFrom } from "./walk.fixture.ts";

const SEEDS = [
  '# syntax=docker/dockerfile:1\nARG V=24\nFROM --platform=$BUILDPLATFORM node:${V:-20} AS build\nWORKDIR /app\nCOPY package*.json ./\nRUN --mount=type=cache,target=/root/.npm,id="a,b" npm ci \\\n  # why\n  && npm test\nFROM build\nCOPY --from=build --chown=1:1 ["/a b", "/c"]\nENTRYPOINT ["node", "x.js"]\n',
  "FROM a\r\nRUN <<EOF bash\r\nset -e\r\nEOF\r\nCOPY <<-'A' <<B /d\n\tx\n\tA\n$V\nB\nONBUILD ADD <<E /y\nE\nHEALTHCHECK --interval=5s CMD [\"x\"]\n",
  '# escape=`\nFROM a\nENV A="b c" D=\'e\' F=${A%%b*} G=${A//\\//x}\nLABEL x y z\nEXPOSE $P 80-90/udp\nSTOPSIGNAL 9\nSHELL ["cmd"]\nVOLUME ["/v"]\nUSER ${U:?who}\n',
];

test("whatever the text: no exception, and every place inside the file and in order", () => {
  const random = randomFrom(20_260_801);
  for (let times = 0; times < 6000; times += 1) {
    const text = mutate(SEEDS[random(SEEDS.length)] ?? "", random);
    const dockerfile = parseDockerfile(new SourceText("Dockerfile", text));
    const { diagnostics } = evaluate(dockerfile, random(2) === 0 ? {} : { buildArgs: { V: "x y" }, target: "build" });
    for (const { range } of [...dockerfile.diagnostics, ...diagnostics, ...dockerfile.comments, ...mappedTexts(dockerfile)])
      if (range.start.offset > range.end.offset || range.end.offset > text.length) expect.fail(JSON.stringify(text));
    let end = 0;
    for (const { range, head } of dockerfile.instructions) {
      if (range.start.offset < end || head.end.offset > range.end.offset) expect.fail(JSON.stringify(text));
      end = range.end.offset;
    }
  }
});

test("time grows with the length of a file, not with its square", () => {
  const tookMs = (text: string): number => {
    const start = performance.now();
    evaluate(parseDockerfile(new SourceText("Dockerfile", text)));
    return performance.now() - start;
  };
  const size = 300_000;
  const texts = {
    "one line": `FROM a\nRUN ${"a ".repeat(size)}`,
    continuations: `FROM a\nRUN ${"a \\\n".repeat(size / 3)}b`,
    words: `FROM a\nCOPY ${"a ".repeat(size / 4)}`,
    brackets: `FROM a\nRUN ${"[".repeat(size)}`,
    substitutions: `FROM a\nCOPY ${"${a:-".repeat(size / 5)} /x`,
    mounts: `FROM a\nRUN --mount=${"a,".repeat(size / 2)} x`,
    flags: `FROM a\nRUN ${"--x='y' ".repeat(size / 8)} x`,
    heredocs: `FROM a\nCOPY ${"<<A ".repeat(size / 4)} /x`,
    comments: `FROM a\nRUN a \\\n${"# c\n".repeat(size / 4)}b`,
    spaces: `FROM a\nENV ${" ".repeat(size)}a=b`,
  };
  // The slowest of them takes 0.4 s here; a square would take minutes.
  for (const [name, text] of Object.entries(texts)) expect([name, tookMs(text) < 5000]).toEqual([name, true]);
});
