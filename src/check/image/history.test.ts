import { expect, test } from "vitest";
import { assignmentsIn, stepsOf } from "../../source/history/index.ts";
import { rebuilt } from "./rebuilt.ts";

const steps = (...commands: readonly string[]) => stepsOf(commands.map((createdBy) => ({ createdBy, emptyLayer: false })));
const written = (...commands: readonly string[]): string =>
  rebuilt("h", steps("/bin/sh -c #(nop) ADD file:0123456789abcdef in / ", ...commands)).source.text;

test("steps of each builder", () => {
  const read = steps(
    '/bin/sh -c #(nop)  CMD ["sh"]',
    "/bin/sh -c apk add curl",
    "RUN /bin/sh -c apk add curl # buildkit",
    "RUN |2 A=x y B= /bin/bash -o pipefail -c make all # buildkit",
    "|1 TOKEN=abc /bin/sh -c make",
    "COPY . /app # buildkit",
    "ENV A=1",
    "RUN apk add curl",
    "bazel build //image",
    "",
  );
  expect(read.map(({ keyword, rest }) => `${keyword} ${rest}`.trim())).toEqual([
    'CMD ["sh"]',
    "RUN apk add curl",
    "RUN apk add curl",
    "RUN make all",
    "RUN make",
    "COPY . /app",
    "ENV A=1",
    "RUN apk add curl",
    "",
    "",
  ]);
  expect(read[3]).toMatchObject({
    shell: ["/bin/bash", "-o", "pipefail", "-c"],
    args: [
      ["A", "x y"],
      ["B", ""],
    ],
  });
  expect(read[4]?.args).toEqual([["TOKEN", "abc"]]);
});

test("values may have spaces", () => {
  expect(assignmentsIn("A=b c D=e=f")).toEqual([
    ["A", "b c"],
    ["D", "e=f"],
  ]);
});

test("the base ends with its CMD, when a step with a layer follows", () => {
  const entries = [
    { createdBy: "/bin/sh -c #(nop) ADD file:0123456789abcdef in / ", emptyLayer: false },
    { createdBy: '/bin/sh -c #(nop)  CMD ["sh"]', emptyLayer: true },
    { createdBy: "/bin/sh -c make", emptyLayer: false },
    { createdBy: '/bin/sh -c #(nop)  CMD ["app"]', emptyLayer: true },
  ];
  expect(stepsOf(entries).map(({ fromBase }) => fromBase)).toEqual([true, true, false, false]);
  expect(stepsOf(entries.slice(0, 2)).map(({ fromBase }) => fromBase)).toEqual([false, false]);
});

test("a history becomes a Dockerfile, step by step", () => {
  expect(
    written(
      "/bin/sh -c #(nop) COPY dir:0123456789abcdef in /app ",
      "COPY --chown=app . /app # buildkit",
      'ENV A=x "y" $z',
      "LABEL maintainer=Ann Bee <ann@acme.example>",
      "EXPOSE map[80/tcp:{} 22/tcp:{}]",
      "VOLUME [/data /logs]",
      "RUN /bin/sh -c echo a\necho b # buildkit",
      "RUN /bin/bash -o pipefail -c a | b # buildkit",
      'HEALTHCHECK &{["CMD" "x"] "30s"}',
      "bazel build //image",
    ),
  ).toBe(
    [
      "FROM scratch",
      "# /bin/sh -c #(nop) ADD file:0123456789abcdef in /",
      "COPY dir:0123456789abcdef /app",
      "COPY --chown=app . /app",
      'ENV A="x \\"y\\" \\$z"',
      'LABEL maintainer="Ann Bee <ann@acme.example>"',
      "EXPOSE 80/tcp 22/tcp",
      "VOLUME /data /logs",
      "RUN <<'EOF'",
      "echo a",
      "echo b",
      "EOF",
      "RUN <<'EOF'",
      "#!/bin/bash -o pipefail",
      "a | b",
      "EOF",
      '# HEALTHCHECK &{["CMD" "x"] "30s"}',
      "# bazel build //image",
      "",
    ].join("\n"),
  );
});

test("a script cannot end its own here-document, nor a step its line", () => {
  const text = written("RUN /bin/sh -c a\nEOF\nUSER evil # buildkit", "ENV A=1\nUSER evil", "WORKDIR /x\nUSER evil");
  expect(text).toContain("RUN <<'EOF_'\na\nEOF\nUSER evil\nEOF_\n");
  expect(text).toContain('ENV A="1 USER evil"\n');
  expect(text).toContain("WORKDIR /x USER evil\n");
});

test("lines and steps find each other", () => {
  const { stepAt, lineOf } = rebuilt("h", steps("ENV A=1", "RUN /bin/sh -c a\nb", "ENV B=1"));
  expect([1, 2, 3, 5, 7].map((line) => stepAt(line)?.number)).toEqual([undefined, 1, 2, 2, 3]);
  expect([1, 2, 3].map(lineOf)).toEqual([2, 3, 7]);
});

test("a hostile history takes no time that grows faster than it", () => {
  const begun = performance.now();
  for (const text of [
    "|1 ".padEnd(60_000, "A= "),
    "/bin/sh -".repeat(8000),
    `|9 ${"x=/bin/sh -a ".repeat(5000)}`,
    "RUN ".padEnd(60_000, " "),
  ])
    rebuilt("h", steps(...Array.from({ length: 20 }, () => text)));
  expect(performance.now() - begun).toBeLessThan(20_000);
});
