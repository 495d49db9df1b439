import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { parseDockerfile } from "../dockerfile/index.ts";
import { type HistoryLine, stepsOf } from "./steps.ts";
import { writtenBy } from "./written-by.ts";

const line = (createdBy: string, emptyLayer = false): HistoryLine => ({ createdBy, emptyLayer });
const BASE = [line("/bin/sh -c #(nop) ADD file:0123456789abcdef in / "), line('/bin/sh -c #(nop)  CMD ["bash"]', true)];

const found = (dockerfile: string, history: readonly HistoryLine[]) => {
  const by = writtenBy(parseDockerfile(new SourceText("Dockerfile", dockerfile)), stepsOf(history), history);
  return by === undefined
    ? undefined
    : {
        lines: [...by.instructions].map(([step, { range }]) => `${step}:${range.start.line}`).toSorted(),
        baseSteps: by.baseSteps,
        base: by.base?.image,
      };
};

describe("which instruction made a step", () => {
  test("of BuildKit's history, with lines that go on and build arguments", () => {
    const dockerfile = [
      "ARG V=12",
      "FROM debian:$V",
      "ARG A=1",
      "ENV B=2",
      "RUN apt-get update \\",
      "  # why",
      " && apt-get install -y curl",
      "COPY --chown=1:1 src/ /app/",
      'CMD ["/app/run"]',
    ].join("\n");
    const history = [
      ...BASE,
      line("ARG A=1", true),
      line("ENV B=2", true),
      line("RUN |1 A=1 /bin/sh -c apt-get update  && apt-get install -y curl # buildkit"),
      line("COPY --chown=1:1 src/ /app/ # buildkit"),
      line('CMD ["/app/run"]', true),
    ];
    expect(found(dockerfile, history)).toEqual({ lines: ["3:3", "4:4", "5:5", "6:8", "7:9"], baseSteps: 2, base: "debian:12" });
  });
  test("of the classic builder's", () => {
    const history = [
      ...BASE,
      line("/bin/sh -c make all"),
      line("/bin/sh -c #(nop) COPY dir:0123456789abcdef in /app "),
      line('/bin/sh -c #(nop)  CMD ["a"]', true),
    ];
    expect(found('FROM debian\nRUN make all\nCOPY . /app\nCMD ["a"]\n', history)).toEqual({
      lines: ["3:2", "4:3", "5:4"],
      baseSteps: 2,
      base: "debian",
    });
  });
  test("of stages on each other, and of a stage that is not the last", () => {
    const dockerfile = "FROM debian AS a\nRUN one\nFROM a AS b\nRUN two\nFROM b AS test\nRUN three\n";
    expect(found(dockerfile, [...BASE, line("RUN /bin/sh -c one # buildkit"), line("RUN /bin/sh -c two # buildkit")])).toEqual({
      lines: ["3:2", "4:4"],
      baseSteps: 2,
      base: "debian",
    });
  });
  test("a label that the builder adds at the end is nobody's", () => {
    expect(found("FROM debian\nRUN one\n", [...BASE, line("RUN one"), line("LABEL a=b", true)])?.lines).toEqual(["3:2"]);
  });
  test.each([
    ["another command", "FROM debian\nRUN two\n", [...BASE, line("RUN /bin/sh -c one # buildkit")]],
    ["a step more", "FROM debian\nRUN one\n", [...BASE, line("RUN one"), line("COPY a /b # buildkit")]],
    ["a step less", "FROM debian\nRUN zero\nRUN one\n", [line("RUN one")]],
    ["another destination", "FROM debian\nCOPY a /b\n", [...BASE, line("COPY a /c # buildkit")]],
    ["no history", "FROM debian\nRUN one\n", []],
    ["nothing but settings", "FROM debian\nENV A=1\n", [...BASE, line("ENV A=1", true)]],
  ])("%s: not its Dockerfile", (_, dockerfile, history) => {
    expect(found(dockerfile, history)).toBeUndefined();
  });
});
