import { describe, expect, test } from "vitest";
import { applyEdits, SourceText } from "../../core/index.ts";
import { parseYaml, readTrees } from "../compose/index.ts";
import type { SetValue } from "./print.ts";
import { setIn, type SetOptions } from "./set.ts";

const set = (text: string, path: string, value: SetValue, options?: SetOptions): string => {
  const [tree] = readTrees(parseYaml(new SourceText("compose.yaml", text))).trees;
  if (tree?.kind !== "mapping") throw new Error("no mapping");
  const change = setIn(tree, path.split("."), value, options);
  return "refused" in change ? `refused: ${change.refused}` : applyEdits(text, change.edits);
};

/** Four values at once, as they come one after the other. */
const all = (text: string, service = "services.web"): string =>
  (
    [
      ["read_only", true],
      ["deploy.resources.limits.memory", "96M"],
      ["cap_drop", ["ALL"]],
      ["tmpfs", ["/tmp:size=64m,mode=1777"]],
    ] as const
  ).reduce((now, [path, value]) => set(now, `${service}.${path}`, value, { comment: "why" }), text);

describe("block style", () => {
  test("what is missing is written behind what is there, each with its comment", () => {
    expect(all("services:\n  web:\n    image: shop # ours\n  db:\n    image: db\n")).toBe(`services:
  web:
    image: shop # ours
    read_only: true # why
    deploy:
      resources:
        limits:
          memory: 96M # why
    cap_drop: [ALL] # why
    tmpfs: ["/tmp:size=64m,mode=1777"] # why
  db:
    image: db
`);
  });

  test("of what is there on the way, only the rest is written; indentation is the file's own", () => {
    const text =
      "services:\n    web:\n        deploy:\n            resources:\n                limits:\n                    cpus: '1'\n        image: shop\n";
    expect(set(text, "services.web.deploy.resources.limits.memory", "96M")).toBe(
      text.replace("cpus: '1'\n", "cpus: '1'\n                    memory: 96M\n"),
    );
    expect(set(text, "services.web.healthcheck.start_period", "5s")).toBe(`${text}        healthcheck:\n            start_period: 5s\n`);
  });

  test("no end of the last line, ends of Windows, comments below", () => {
    expect(set("services:\n  web:\n    image: a", "services.web.init", true)).toBe("services:\n  web:\n    image: a\n    init: true");
    expect(set("services:\r\n  web:\r\n    image: a\r\n  db:\r\n    image: b\r\n", "services.web.init", true, { comment: "why" })).toBe(
      "services:\r\n  web:\r\n    image: a\r\n    init: true # why\r\n  db:\r\n    image: b\r\n",
    );
    const text =
      "services:\n  web:\n    ports:\n      - '80'\n      # - '443'\n    # more to come\n  # the database\n  db:\n    image: b\n";
    expect(set(text, "services.web.init", true)).toBe(text.replace("# more to come\n", "# more to come\n    init: true\n"));
  });

  test("another value takes the place of the one that is there; its comment stays, and is not doubled", () => {
    expect(set("a:\n  init: false # no orphans here\n", "a.init", true, { comment: "why" })).toBe("a:\n  init: true # no orphans here\n");
    expect(set("a:\n  init: false\n  b: 1\n", "a.init", true, { comment: "why" })).toBe("a:\n  init: true # why\n  b: 1\n");
    expect(set("a:\n  memory: '32m'\n", "a.memory", "96M")).toBe("a:\n  memory: 96M\n");
  });

  test("a key without a value gets one", () => {
    expect(set("a:\n  deploy: # later\n  b: 1\n", "a.deploy.resources.limits", "x")).toBe(
      "a:\n  deploy: # later\n    resources:\n      limits: x\n  b: 1\n",
    );
    expect(set("a:\n  deploy: ~\n  b: 1\n", "a.deploy.mode", "x", { comment: "why" })).toBe("a:\n  deploy:\n    mode: x # why\n  b: 1\n");
    expect(set("a:\n  init:\n  b: 1\n", "a.init", true, { comment: "why" })).toBe("a:\n  init: true # why\n  b: 1\n");
    expect(set("a:\n  cap_drop: null\n", "a.cap_drop", ["ALL"])).toBe("a:\n  cap_drop: [ALL]\n");
  });

  test("what is no name is quoted, and a dollar sign is none of a variable", () => {
    expect(set("a:\n  b: 1\n", "a.user", "yes")).toContain('user: "yes"');
    expect(set("a:\n  b: 1\n", "a.user", "10001:0")).toContain('user: "10001:0"');
    expect(set("a:\n  b: 1\n", "a.user", "x$y")).toContain('user: "x$$y"');
  });
});

describe("lists", () => {
  const bare = (item: string): string => item.toUpperCase();
  test("get what they lack, in their own style", () => {
    expect(set("a:\n  cap_drop:\n    - NET_RAW # pings\n  b: 1\n", "a.cap_drop", ["ALL"], { comment: "why" })).toBe(
      "a:\n  cap_drop:\n    - NET_RAW # pings\n    - ALL # why\n  b: 1\n",
    );
    expect(set("a:\n  cap_drop:\n  - NET_RAW\n  b: 1\n", "a.cap_drop", ["ALL"])).toBe("a:\n  cap_drop:\n  - NET_RAW\n  - ALL\n  b: 1\n");
    expect(set("a:\n  cap_drop: [NET_RAW]\n", "a.cap_drop", ["ALL"], { comment: "why" })).toBe("a:\n  cap_drop: [NET_RAW, ALL] # why\n");
    expect(set("a:\n  cap_drop: [\n    NET_RAW,\n  ]\n", "a.cap_drop", ["ALL"])).toBe("a:\n  cap_drop: [\n    NET_RAW, ALL\n  ]\n");
    expect(set("a:\n  cap_drop: []\n", "a.cap_drop", ["ALL"])).toBe("a:\n  cap_drop: [ALL]\n");
  });
  test("the same thing is not there twice", () => {
    expect(set("a:\n  cap_drop: [all]\n", "a.cap_drop", ["ALL", "X"], { identity: bare })).toBe("a:\n  cap_drop: [ALL, X]\n");
    expect(set("a:\n  o:\n    - no-new:false\n    - b:c\n", "a.o", ["no-new:true"], { identity: (one) => one.split(":")[0] ?? "" })).toBe(
      'a:\n  o:\n    - "no-new:true"\n    - b:c\n',
    );
  });
  test("one value alone becomes a list", () => {
    expect(set("a:\n  tmpfs: /run\n", "a.tmpfs", ["/tmp"])).toBe("a:\n  tmpfs: [/run, /tmp]\n");
    expect(set("a:\n  tmpfs: /run:size=1m,mode=0700\n", "a.tmpfs", ["/tmp"])).toBe('a:\n  tmpfs: ["/run:size=1m,mode=0700", /tmp]\n');
    expect(set("a:\n  tmpfs: '/run'\n", "a.tmpfs", ["/tmp"])).toBe("a:\n  tmpfs: ['/run', /tmp]\n");
  });
});

describe("flow style", () => {
  test("stays in braces, on its line, without comments", () => {
    expect(all("services:\n  web: {image: shop, init: false}\n")).toBe(
      'services:\n  web: {image: shop, init: false, read_only: true, deploy: {resources: {limits: {memory: 96M}}}, cap_drop: [ALL], tmpfs: ["/tmp:size=64m,mode=1777"]}\n',
    );
    expect(set("a: { b: 1 }\n", "a.c", true)).toBe("a: { b: 1, c: true }\n");
    expect(set("a: {b: 1,}\n", "a.c", true)).toBe("a: {b: 1, c: true}\n");
    expect(set("a: {}\n", "a.c", true)).toBe("a: {c: true}\n");
    expect(set("a: {b: *x}\n".replace("*x", "&x 1, d: *x"), "a.c", true)).toBe("a: {b: &x 1, d: *x, c: true}\n");
  });
  test("JSON stays JSON", () => {
    const text = JSON.stringify({ services: { web: { image: "a", cap_drop: ["NET_RAW"], mem: "1m" } } }, null, 2);
    const after = set(set(all(text), "services.web.user", "app"), "services.web.mem", "2m");
    expect(JSON.parse(after)).toEqual({
      services: {
        web: {
          image: "a",
          cap_drop: ["NET_RAW", "ALL"],
          mem: "2m",
          read_only: true,
          deploy: { resources: { limits: { memory: "96M" } } },
          tmpfs: ["/tmp:size=64m,mode=1777"],
          user: "app",
        },
      },
    });
  });
  test("with comments between it is refused", () => {
    expect(set("a: {\n  b: 1, # one\n}\n", "a.c", true)).toBe("refused: a is written in braces or brackets with comments between");
  });
});

describe("anchors, merge keys and variables", () => {
  const base =
    "x-base: &base\n  init: false\n  deploy:\n    replicas: 2\n  cap_drop: [NET_RAW]\nservices:\n  web:\n    <<: *base\n    image: a\n  db: *base\n";
  test("what a merge key brings in is set beside it; lists and what lies deeper are refused", () => {
    expect(set(base, "services.web.init", true)).toBe(base.replace("    image: a\n", "    image: a\n    init: true\n"));
    expect(set(base, "services.web.read_only", true)).toBe(base.replace("    image: a\n", "    image: a\n    read_only: true\n"));
    expect(set(base, "services.web.deploy.resources.limits.memory", "1m")).toBe(
      "refused: services.web.deploy comes from an anchor on line 3",
    );
    expect(set(base, "services.web.cap_drop", ["ALL"])).toBe("refused: services.web.cap_drop comes from an anchor on line 5");
  });
  test("a service with a merge key alone", () => {
    expect(set("x: &x {image: a}\nservices:\n  web:\n    <<: *x\n  db: *x\n", "services.web.init", true)).toBe(
      "x: &x {image: a}\nservices:\n  web:\n    <<: *x\n    init: true\n  db: *x\n",
    );
  });
  test("what is an alias is refused; what has an anchor is written there", () => {
    expect(set(base, "services.db.init", true)).toBe("refused: services.db stands behind an anchor on line 2");
    expect(set("services:\n  web: &w\n    image: a\n  db: *w\n", "services.web.init", true)).toBe(
      "services:\n  web: &w\n    image: a\n    init: true\n  db: *w\n",
    );
    expect(set("x: &x [A]\nservices:\n  web:\n    cap_drop: *x\n", "services.web.cap_drop", ["ALL"])).toBe(
      "refused: services.web.cap_drop stands behind an anchor on line 1",
    );
  });
  test("a variable is not taken away", () => {
    expect(set("a:\n  m: ${MEMORY:-32m}\n", "a.m", "96M")).toBe("refused: a.m is set by a variable, ${MEMORY:-32m}");
    expect(set("a:\n  m: x$$y\n", "a.m", "z")).toBe("a:\n  m: z\n");
  });
  test("a text over several lines, a mapping where a value belongs", () => {
    expect(set("a:\n  b: |\n    text\n", "a.b", "c")).toMatch(/^refused/);
    expect(set("a:\n  b:\n    c: 1\n", "a.b", "c")).toMatch(/^refused/);
    expect(set("a:\n  b: 1\n", "a.b.c", "d")).toBe("refused: a.b is no mapping");
  });
});
