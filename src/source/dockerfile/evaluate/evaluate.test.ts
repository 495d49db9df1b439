import { describe, expect, test } from "vitest";
import { SourceText } from "../../../core/index.ts";
import { parseDockerfile } from "../parse.ts";
import { knownText, type Parts } from "../words/parts.ts";
import { evaluate, imagesUnder } from "./evaluate.ts";
import { type EvaluateOptions, partsOf } from "./evaluation.ts";

const run = (text: string, options?: EvaluateOptions) => evaluate(parseDockerfile(new SourceText("Dockerfile", text)), options);
const messages = (text: string, options?: EvaluateOptions): readonly string[] =>
  run(text, options).diagnostics.map((found) => found.message);
const images = (text: string, options?: EvaluateOptions): readonly (string | undefined)[] =>
  run(text, options).stages.map((stage) => (stage.image === undefined ? undefined : knownText(stage.image.parts)));
const config = (text: string, options?: EvaluateOptions) => {
  const { target } = run(text, options);
  if (target === undefined) throw new Error("no target");
  return target.config;
};
/** What the last instruction of the target makes of its value. */
const last = (text: string, options?: EvaluateOptions): Parts => {
  const instruction = run(text, options).target?.instructions.at(-1);
  if (instruction?.instruction.keyword !== "USER" || instruction.instruction.value === undefined) throw new Error("no USER at the end");
  return partsOf(instruction, instruction.instruction.value);
};
const unknown = (name: string, why = "no-value") => ({ unknown: name, why });

describe("global ARGs", () => {
  test.each([
    ["a default", "ARG V=24\nFROM node:$V", "node:24"],
    ["one from another", "ARG A=1\nARG B=$A-x\nFROM n:${B}", "n:1-x"],
    ["a default in place", "FROM ${BASE:-debian:12}", "debian:12"],
    ["quotes", 'FROM "node:24"', "node:24"],
  ])("%s", (_name, text, wanted) => expect(images(text)).toEqual([wanted]));
  test("a build argument wins, and its text is not read again", () => {
    expect(images("ARG V=1\nFROM n:$V", { buildArgs: { V: "$X" } })).toEqual(["n:$X"]);
  });
  test("one without a value is unknown, not empty, with the default as the guess", () => {
    const [stage] = run("ARG V\nFROM n:${V:-1}").stages;
    expect(stage?.image?.parts).toEqual(["n:", { ...unknown("V"), fallback: "1" }]);
    expect(stage?.base).toEqual({ kind: "unknown" });
  });
  test("the platform's are unknown unless given", () => {
    const text = "FROM --platform=$BUILDPLATFORM a";
    expect(run(text).stages[0]?.platform?.parts).toEqual([unknown("BUILDPLATFORM")]);
    expect(run(text, { buildArgs: { BUILDPLATFORM: "linux/arm64" } }).stages[0]?.platform?.parts).toEqual(["linux/arm64"]);
  });
  test("what nothing declares is empty, and refused in BuildKit's words", () => {
    expect(messages("FROM $X")).toEqual(["base name ($X) should not be blank"]);
    expect(messages("FROM --platform=$BULIDPLATFORM a")).toEqual([
      "empty platform value from expression $BULIDPLATFORM (did you mean BUILDPLATFORM?)",
    ]);
  });
  test("they are not seen in a stage before ARG says so", () => {
    expect(last("ARG V=1\nFROM scratch\nUSER x$V")).toEqual(["x"]);
    expect(last("ARG V=1\nFROM scratch\nARG V\nUSER x$V")).toEqual(["x1"]);
    expect(last("ARG V=1\nFROM scratch\nARG V=2\nUSER x$V")).toEqual(["x2"]);
  });
});

describe("ARG and ENV in a stage", () => {
  test.each([
    ["an instruction sees what was before it", "ENV a=1\nENV a=2 b=$a\nUSER $b", ["1"]],
    ["the last one counts", "ARG A=1\nENV A=2\nUSER $A", ["2"]],
    ["an ARG without value leaves what is there", "ENV A=1\nARG A\nUSER $A", ["1"]],
    ["an ARG without value is unknown", "ARG A\nUSER a$A", ["a", unknown("A")]],
    ["unknown goes on through ENV", "ARG A\nENV B=x$A\nUSER $B-y", ["x", unknown("A"), "-y"]],
    ["nothing and nobody", "USER x$A", ["x"]],
  ])("%s", (_name, text, wanted) => expect(last(`FROM scratch\n${text}`)).toEqual(wanted));
  test("what the base image may say is unknown", () => {
    expect(last("FROM node\nUSER x$A")).toEqual(["x", unknown("A", "base-image")]);
    expect(last("FROM node\nUSER x$A", { baseConfig: () => ({ env: {} }) })).toEqual(["x"]);
    expect(last("FROM node\nUSER x$A", { baseConfig: (image) => ({ env: { A: image } }) })).toEqual(["xnode"]);
  });
  test("a word says which instruction gave its variables, and where", () => {
    const text = "FROM a\nARG V=1\nENV W=$V\nCOPY x$W /y";
    const copy = run(text).target?.instructions.at(-1);
    const [word] = [...(copy?.words.values() ?? [])];
    const [use] = word?.uses ?? [];
    if (word === undefined || use?.found.state !== "set") throw new Error("not expanded");
    expect(use.found.variable).toMatchObject({ name: "W", kind: "env", parts: ["1"], range: { start: { line: 3, column: 5 } } });
    expect(word.word.rangeOf(use.start, use.end)).toMatchObject({ start: { line: 4, column: 7 }, end: { line: 4, column: 9 } });
  });
  test("an environment stays what it was before its instruction", () => {
    const [first, second] = run("FROM scratch\nENV A=1\nENV A=2\nRUN x").target?.instructions ?? [];
    expect(first?.environment.find("A").state).toBe("unset");
    expect(second?.environment.find("A")).toMatchObject({ parts: ["1"] });
    expect([...(run("FROM scratch\nENV A=1\nARG B=2\nRUN x").target?.instructions.at(-1)?.environment.variables().keys() ?? [])]).toEqual([
      "PATH",
      "A",
      "B",
    ]);
  });
  test("the commands of RUN and CMD are the shell's; heredocs of COPY are expanded unless quoted", () => {
    const { target } = run("FROM a\nENV A=1\nRUN echo $A\nCMD $A\nCOPY <<E <<'F' /x\n$A\nE\n$A\nF");
    expect(target?.instructions.slice(1, 3).map((one) => one.words.size)).toEqual([0, 0]);
    expect([...(target?.instructions[3]?.words.values() ?? [])].map((word) => word.parts)).toEqual([["1\n"]]);
  });
});

describe("stages", () => {
  const text =
    'FROM node AS Base\nENV A=1\nARG B=2\nUSER app\nWORKDIR /srv\nCMD ["a"]\nFROM base AS mid\nWORKDIR app\nFROM MID\nENTRYPOINT ["e"]\nUSER u$A$B';
  test("are built on one another, without regard to case", () => {
    const { target } = run(text);
    expect(target?.chain.map(({ stage }) => stage.index)).toEqual([0, 1, 2]);
    expect(target?.chain[0]?.base).toEqual({ kind: "image", image: "node" });
  });
  test("inherit configuration, ENV and ARG, and say who wrote what", () => {
    const found = config(text);
    expect(found.user).toMatchObject({ value: ["u12"], by: { stage: { index: 2 }, range: { start: { line: 11 } } } });
    expect(found.workdir).toMatchObject({ value: ["/srv/app"], by: { stage: { index: 1 } } });
    expect([...found.env.keys()]).toEqual(["A"]);
  });
  test("an ENTRYPOINT drops a CMD from before its stage, not one in it", () => {
    const found = config(text);
    expect([found.cmd, found.cmdDroppedBy]).toMatchObject([undefined, { value: { words: ["e"] } }]);
    expect(config('FROM a\nCMD ["c"]\nENTRYPOINT ["e"]').cmd).toMatchObject({ value: { words: ["c"] } });
    expect(config(`${text}\nCMD ["c"]`)).not.toHaveProperty("cmdDroppedBy");
  });
  test("--target, and one that is not there", () => {
    expect(knownText(config(text, { target: "BASE" }).user?.value ?? [])).toBe("app");
    expect(run(text, { target: "bass" }).target).toBeUndefined();
    expect(messages(text, { target: "bass" })).toEqual(['target stage "bass" could not be found (did you mean base?)']);
  });
  test("a stage does not build on itself or on a later one", () => {
    expect(run("FROM b AS a\nFROM a AS b").stages.map(({ base }) => base.kind)).toEqual(["image", "stage"]);
    expect(run("FROM a AS a").stages[0]?.base.kind).toBe("image");
  });
  test("ONBUILD runs first in the stage on top, and not in the one on top of that", () => {
    const { stages } = run("FROM scratch AS a\nONBUILD ENV A=1\nONBUILD USER x\nFROM a AS b\nUSER y$A\nFROM b\nUSER z$A");
    expect(stages.map(({ instructions }) => instructions.map((one) => [one.instruction.keyword, one.triggeredBy?.name]))).toEqual([
      [
        ["ONBUILD", undefined],
        ["ONBUILD", undefined],
      ],
      [
        ["ENV", "a"],
        ["USER", "a"],
        ["USER", undefined],
      ],
      [["USER", undefined]],
    ]);
    expect(stages.map(({ config: { user } }) => user?.value)).toEqual([undefined, ["y1"], ["z1"]]);
  });
});

describe("configuration", () => {
  test("everything, with where it was written", () => {
    const found = config(
      [
        "FROM a",
        "ARG P=80",
        'SHELL ["/bin/bash", "-c"]',
        "EXPOSE $P 90-91/UDP",
        "STOPSIGNAL SIGQUIT",
        "HEALTHCHECK --interval=5s CMD true",
        "VOLUME /d",
        "LABEL l=$P",
        "CMD echo",
      ].join("\n"),
    );
    expect([...found.exposed].map(([port, { value, by }]) => [port, value, by?.range.start])).toMatchObject([
      ["80/tcp", { from: 80, to: 80, protocol: "tcp" }, { line: 4, column: 8 }],
      ["90-91/udp", { from: 90, to: 91, protocol: "udp" }, { line: 4, column: 11 }],
    ]);
    expect(found).toMatchObject({
      shell: { value: ["/bin/bash", "-c"] },
      stopSignal: { value: ["SIGQUIT"] },
      healthcheck: { value: { type: "CMD", intervalMs: 5000 } },
      cmd: { value: { form: "shell", text: "echo", shell: ["/bin/bash", "-c"] } },
    });
    expect([found.labels.get("l")?.value, [...found.volumes.keys()]]).toEqual([["80"], ["/d"]]);
    expect(found).not.toHaveProperty("user");
  });
  test("a base image whose configuration is at hand fills in what nothing says", () => {
    const base = {
      env: { A: "1" },
      user: "node",
      workdir: "/app",
      entrypoint: ["docker-entrypoint.sh"],
      cmd: ["node"],
      exposed: ["3000/tcp"],
    };
    const found = config("FROM node\nWORKDIR src\nENV B=$A", { baseConfig: () => base });
    expect(found.user).toEqual({ value: ["node"] });
    expect(found.workdir?.value).toEqual(["/app/src"]);
    expect([...found.env.keys()]).toEqual(["PATH", "A", "B"]);
    expect([...found.exposed.keys()]).toEqual(["3000/tcp"]);
    expect(config('FROM node\nENTRYPOINT ["x"]', { baseConfig: () => base })).toMatchObject({
      entrypoint: { value: { words: ["x"] } },
      cmdDroppedBy: {},
    });
  });
  test.each([
    ["FROM scratch\nWORKDIR a\nWORKDIR ../b", ["/b"]],
    ["FROM a\nWORKDIR /x\nWORKDIR y", ["/x/y"]],
    ["FROM a\nWORKDIR y", [unknown("WORKDIR", "base-image"), "/", "y"]],
    ["FROM a\nARG D\nWORKDIR /x/$D", ["/x/", unknown("D")]],
  ])("WORKDIR: %j", (text, wanted) => expect(config(text).workdir?.value).toEqual(wanted));
  test("a port that is not known is there all the same", () => {
    expect([...config("FROM a\nARG P\nEXPOSE $P").exposed]).toMatchObject([["$P", { value: undefined }]]);
  });
});

describe("what only shows when it is put together", () => {
  test.each([
    [
      "COPY --from=$X a b",
      "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
    ],
    ["COPY --from=7 a b", "invalid stage index 7"],
    ["COPY --from=me a b", "circular dependency detected on stage: me"],
    ["COPY --from=later a b", 'cannot copy from stage "later", it needs to be defined before current stage "me"'],
    ["COPY ${A b", 'failed to process "${A": unsupported modifier (\u{fffd}) in substitution'],
    ["ARG A=${B:?none}", 'failed to process "${B:?none}": B: none'],
    ["STOPSIGNAL SIGNONE", "invalid signal: SIGNONE"],
    ["EXPOSE a", "invalid containerPort: a"],
    ["EXPOSE 80/tcpx", "invalid proto: tcpx"],
    ["EXPOSE 70000", "invalid containerPort: 70000"],
    ["RUN --mount=type=chache,target=/x y", 'unsupported mount type "chache" (did you mean cache?)'],
    ["RUN --mount=type=secret y", "invalid secret mount. one of source, target required"],
    ["RUN --mount=type=cache,targte=/x y", "unexpected key 'targte' in 'targte=/x' (did you mean target?)"],
    ["RUN --mount=type=bind,uid=1,target=/x y", 'uid not allowed for "bind" type mounts'],
    ["RUN --mount=required,type=secret,id=a y", "unexpected key 'required' for mount type 'bind'"],
    ["RUN --mount=type=cache,target=/x,sharing=some y", 'unsupported sharing value "some"'],
    ["RUN --mount=type=tmpfs,target=/x,size=big y", "invalid value for size: big"],
    ["RUN --mount=type=cache,target=/x,mode=999 y", "invalid value 999 for mode"],
    ["RUN --mount=from=later,target=/x y", 'cannot copy from stage "later", it needs to be defined before current stage "me"'],
  ])("%s", (text, message) => expect(messages(`FROM scratch AS me\n${text}\nFROM scratch AS later`)).toEqual([message]));
  test.each([
    "RUN --mount=type=cache,target=/x,uid=$U,gid=$G,size=1 y".replace(",size=1", ""),
    "RUN --mount=type=secret,id=a,required,env=TOKEN,mode=0400 y",
    "RUN --mount=type=tmpfs,target=/x,size=12g --mount=type=ssh y",
    "RUN --mount=type=$T,target=/x,size=1m y",
    "STOPSIGNAL 9",
    "STOPSIGNAL rtmin+3",
    "STOPSIGNAL $S",
    "EXPOSE 127.0.0.1:80:80/sctp $P",
    "COPY --from=0 a b",
  ])("%s is fine", (text) => expect(messages(`FROM a AS zero\nFROM b\nARG U\nARG G\nARG T\nARG S\nARG P\n${text}`)).toEqual([]));
  test("with a build argument there is no need for the default, nor its error", () => {
    expect(messages("FROM a\nARG A=${B:?none}", { buildArgs: { A: "1" } })).toEqual([]);
  });
});

describe("imagesUnder", () => {
  const under = (text: string, options?: EvaluateOptions) => imagesUnder(parseDockerfile(new SourceText("Dockerfile", text)), options);
  test("what FROM names, with arguments and platforms; no stage, no scratch, nothing that is not known", () => {
    const text = `ARG V=24
ARG P
FROM --platform=linux/arm64 node:$V AS build
FROM Build AS again
FROM scratch
FROM --platform=$TARGETPLATFORM debian:12 AS scratched
FROM later
FROM \${NONE:?must be} AS broken
FROM $P AS later`;
    expect(under(text)).toEqual([{ image: "node:24", platform: "linux/arm64" }, { image: "debian:12" }, { image: "later" }]);
    expect(under(text, { buildArgs: { V: "22", P: "alpine" } }).map(({ image }) => image)).toEqual([
      "node:22",
      "debian:12",
      "later",
      "alpine",
    ]);
  });
  test("the same as a whole evaluation's", () => {
    const text = "ARG A=x\nFROM $A AS a\nFROM a AS b\nFROM b\nFROM $A-y AS a\nFROM A\nFROM z$B";
    expect(under(text).map(({ image }) => image)).toEqual(
      run(text).stages.flatMap(({ base }) => (base.kind === "image" ? [base.image] : [])),
    );
  });
});

describe("files that would take the machine", () => {
  const tookMs = (text: string): number => {
    const start = performance.now();
    run(text);
    return performance.now() - start;
  };
  test.each([
    ["a variable that doubles", `FROM scratch\nENV A=x\n${"ENV A=$A$A\n".repeat(2000)}`],
    [
      "stages upon stages",
      Array.from({ length: 5000 }, (_, at) => `FROM ${at === 0 ? "scratch" : `s${at - 1}`} AS s${at}\nENV A=$A$B\n`).join(""),
    ],
    ["triggers times stages", `FROM a AS a\n${"ONBUILD RUN x\n".repeat(2000)}${"FROM a\n".repeat(5000)}`],
    ["patterns", `FROM scratch\nENV A=${"a".repeat(3000)}\n${`ENV B=\${A##${"*a".repeat(900)}b}\n`.repeat(500)}`],
  ])("%s", (_name, text) => expect(tookMs(text)).toBeLessThan(5000));
});
