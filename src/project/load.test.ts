import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadProject } from "./load.ts";
import { load, problems, projectFolder, refusal } from "./project.fixture.ts";

const ONE = "services: {web: {image: a}}";
const images = async (...args: Parameters<typeof load>) =>
  Object.fromEntries((await load(...args)).services.map(({ name, spec }) => [name, spec.image?.repository]));
const image = (repository: string) => `services: {web: {image: x/${repository}}}`;

describe("which files", () => {
  test.each([
    [{ "compose.yaml": image("a"), "compose.yml": image("b"), "docker-compose.yml": image("c") }, "x/a"],
    [{ "compose.yml": image("b"), "docker-compose.yaml": image("c") }, "x/b"],
    [{ "docker-compose.yaml": image("c"), "docker-compose.yml": image("d") }, "x/c"],
    [{ "docker-compose.yml": image("d") }, "x/d"],
    [{ "compose.yaml": image("a"), "compose.override.yaml": image("o") }, "x/o"],
    [{ "compose.yaml": image("a"), "compose.override.yml": image("o") }, "x/o"],
    [{ "docker-compose.yml": image("a"), "docker-compose.override.yml": image("o") }, "x/o"],
  ])("%j", async (files, expected) => {
    expect(await images(files as Record<string, string>)).toEqual({ web: expected });
  });

  test("an environment leaves the override out and adds its own file and name", async () => {
    const files = {
      "compose.yaml": image("a"),
      "compose.override.yaml": image("o"),
      "compose.staging.yaml": "services: {web: {user: '5'}}",
    };
    const project = await load(files, { environment: "staging" });
    expect(project).toMatchObject({
      name: "shop-staging",
      environment: "staging",
      services: [{ spec: { image: { repository: "x/a" }, user: "5" } }],
    });
    expect(project.files.map((file) => file.path)).toEqual(["compose.yaml", "compose.staging.yaml"]);
    expect(project.networks).toMatchObject([{ key: "default", name: "shop-staging_default" }]);
  });
  test("an environment without a file is refused", async () => {
    expect(await refusal({ "compose.yaml": ONE }, { environment: "staging" })).toMatchObject({
      code: "INPUT_NOT_FOUND",
      message: expect.stringMatching(/environment staging has no file: expected .*compose\.staging\.yaml or .*compose\.staging\.yml/),
    });
    expect(await refusal({ "compose.yaml": ONE }, { environment: "../x" })).toMatchObject({ code: "USAGE" });
  });
  test("named files, and COMPOSE_FILE", async () => {
    const files = { "a.yaml": image("a"), "b.yaml": image("b"), "compose.yaml": image("c") };
    expect(await images(files, { files: ["a.yaml", "b.yaml"] })).toEqual({ web: "x/b" });
    expect(await images(files, { env: { COMPOSE_FILE: "b.yaml:a.yaml" } })).toEqual({ web: "x/a" });
    expect(await refusal(files, { files: ["no.yaml"] })).toMatchObject({
      code: "INPUT_NOT_FOUND",
      message: expect.stringContaining("no.yaml"),
    });
  });
  test("no compose file: what was looked for, and what to begin with", async () => {
    expect(await refusal({ Dockerfile: "FROM scratch", ".seaworthy.yaml": "release: {keep: 2}" })).toMatchObject({
      code: "INPUT_NOT_FOUND",
      message: expect.stringContaining("looked for compose.yaml, compose.yml, docker-compose.yaml, docker-compose.yml"),
      hint: expect.stringContaining("There is a Dockerfile and .seaworthy.yaml"),
    });
  });
  test("an empty file, and one without services", async () => {
    expect(await refusal("")).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("empty") });
    expect(await refusal("name: x")).toMatchObject({ code: "INPUT_INVALID", message: "compose.yaml: there are no services" });
  });
  test("errors of syntax in each file name their file", async () => {
    expect(await problems({ "compose.yaml": ONE, "compose.override.yaml": "services: {web: {image: b, image: c}}" })).toEqual([
      'compose.override.yaml:1:28: "image" is set twice in one mapping; the first is on line 1',
    ]);
  });
});

describe("the project's name", () => {
  test.each([
    ["the folder", ONE, {}, "shop"],
    ["name:", `name: other\n${ONE}`, {}, "other"],
    ["name: with a variable", `name: \${STAGE:-dev}-x\n${ONE}`, { STAGE: "prod" }, "prod-x"],
    ["COMPOSE_PROJECT_NAME", `name: other\n${ONE}`, { COMPOSE_PROJECT_NAME: "env" }, "env"],
  ])("%s", async (_, text, env, expected) => {
    expect((await load(text, { env })).name).toBe(expected);
  });
  test("is a variable of the file", async () => {
    expect((await load("services: {web: {image: 'a/${COMPOSE_PROJECT_NAME}'}}")).services[0]?.spec.image?.repository).toBe("a/shop");
  });
  test.each([
    ["name: Shop\n", {}, 'compose.yaml:1:7: name: "Shop" is not a project name'],
    ["name: $NO\n", {}, "compose.yaml:1:7: variable NO is not set"],
    ["", { COMPOSE_PROJECT_NAME: "A b" }, 'COMPOSE_PROJECT_NAME is "A b"'],
  ])("%j is refused", async (text, env, message) => {
    expect(await refusal(text + ONE, { env })).toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe("variables", () => {
  const text = "services: {web: {image: a, environment: {A: $A, B: '${B:-none}', PASS:, GONE:}}}";
  const environmentOf = async (...args: Parameters<typeof load>) => (await load(...args)).services[0]?.spec.environment;
  test(".env below the environment; a variable without a value passes through or is left out", async () => {
    expect(await environmentOf({ "compose.yaml": text, ".env": "A=file\nPASS=thru" })).toEqual({ A: "file", B: "none", PASS: "thru" });
    expect(await environmentOf({ "compose.yaml": text, ".env": "A=file" }, { env: { A: "outer", PASS: "x" } })).toEqual({
      A: "outer",
      B: "none",
      PASS: "x",
    });
  });
  test("a missing one is refused with its place, and only what is missing", async () => {
    const error = await refusal("services:\n  web:\n    image: shop:$TAG\n    imgae: x\n    ports: ['${PORT:?say which}:80']\n");
    expect(error.code).toBe("VARIABLE_MISSING");
    expect(error.problems).toEqual([
      "compose.yaml:3:17: variable TAG is not set and has no default",
      "compose.yaml:5:14: variable PORT is required: say which",
    ]);
  });
  test("it does not matter where an override, a profile or an extension makes it irrelevant", async () => {
    const base = "x-a: $NO1\nservices:\n  web: {image: 'a:$NO2'}\n  tool: {image: 'a:$NO3', profiles: [debug]}\n";
    expect(await images({ "compose.yaml": base, "compose.override.yaml": image("b") })).toEqual({ web: "x/b" });
    expect((await refusal({ "compose.yaml": base, "compose.override.yaml": image("b") }, { profiles: ["debug"] })).problems).toHaveLength(
      1,
    );
  });
  test("env_file: order, required, raw, interpolation, place", async () => {
    const files = {
      "compose.yaml":
        "services:\n  web:\n    image: a\n    env_file: [a.env, {path: b.env, format: raw}, {path: no.env, required: false}]\n    environment: {C: own}\n",
      "a.env": "A=1\nB=$A\nC=file\nX",
      "b.env": 'B="$A"\n',
    };
    expect(await environmentOf(files, { env: { X: "out" } })).toEqual({ A: "1", B: '"$A"', C: "own", X: "out" });
    expect(await problems({ ...files, "a.env": "A=$NO" })).toEqual(["a.env:1:3: variable NO is not set and has no default"]);
    expect(await problems("services:\n  web:\n    image: a\n    env_file: no.env\n")).toEqual([
      "compose.yaml:4:15: services.web.env_file[0]: there is no file no.env",
    ]);
  });
});

describe("profiles", () => {
  const text = "services: {web: {image: a}, debug: {image: b, profiles: [debug, all]}}";
  test.each([
    [[], ["web"]],
    [["debug"], ["web", "debug"]],
    [["other"], ["web"]],
    [["*"], ["web", "debug"]],
  ])("%j", async (profiles, expected) => {
    expect((await load(text, { profiles })).services.map((one) => one.name)).toEqual(expected);
  });
  test("COMPOSE_PROFILES", async () => {
    expect((await load(text, { env: { COMPOSE_PROFILES: "x,all" } })).services).toHaveLength(2);
  });
  test("fields of an inactive service are not read", async () => {
    expect((await load("services: {web: {image: a}, dev: {image: b, profiles: [dev], develop: {watch: []}}}")).services).toHaveLength(1);
  });
});

describe("the whole", () => {
  test("locate, from the project and from a service", async () => {
    const project = await load("services:\n  web:\n    image: a\n    environment:\n      - A=1\n    cap_drop: [ALL]\n");
    const [web] = project.services;
    const at = (origin: ReturnType<typeof project.locate>) =>
      origin && `${origin.path}:${origin.range.start.line}:${origin.range.start.column}`;
    expect(at(project.locate("services", "web", "image"))).toBe("compose.yaml:3:5");
    expect(at(web?.locate("environment", "A"))).toBe("compose.yaml:5:9");
    expect(at(web?.locate("cap_drop", 0))).toBe("compose.yaml:6:16");
    expect(at(web?.locate("healthcheck", "test"))).toBe("compose.yaml:2:3");
    expect(at(project.locate("volumes"))).toBeUndefined();
    const text = project.files[0];
    const origin = web?.locate("image");
    expect(origin?.value && text?.slice(origin.value)).toBe("a");
    expect(origin?.key && text?.slice(origin.key)).toBe("image");
    expect(origin && text?.slice(origin.range)).toBe("image: a");
  });
  test("one service does not see another's text", async () => {
    const project = await load("x-c: &c {restart: always}\nservices:\n  a: {<<: *c, image: a}\n  b: {<<: *c, image: b, restart: 'no'}\n");
    expect(project.services.map((one) => one.spec.restart.policy)).toEqual(["always", "no"]);
  });
  test("warm, a usual file takes under 10 ms", async () => {
    const one = (n: number) =>
      `  s${n}:\n    image: acme/s${n}:1.2.3\n    environment:\n      A: "1"\n      B: \${B:-x}\n    ports: ["127.0.0.1:80${10 + n}:80"]\n    healthcheck: {test: [CMD, true], interval: 10s}\n    deploy: {resources: {limits: {memory: 128m, cpus: "0.5"}}}\n    read_only: true\n    cap_drop: [ALL]\n`;
    const folder = projectFolder({ "compose.yaml": `services:\n${Array.from({ length: 10 }, (_, n) => one(n)).join("")}` });
    const times: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const started = performance.now();
      await loadProject({ folder, env: {}, git: false });
      times.push(performance.now() - started);
    }
    // The best of the later rounds: other tests share the machine.
    expect(Math.min(...times.slice(10))).toBeLessThan(10);
  });
});

const examples = new URL("../../examples/", import.meta.url).pathname;
const withCompose = existsSync(examples) ? readdirSync(examples).filter((name) => existsSync(join(examples, name, "compose.yaml"))) : [];
test.runIf(withCompose.length > 0).each(withCompose)("examples/%s loads", async (name) => {
  const project = await loadProject({ folder: join(examples, name) });
  expect(project.services.length).toBeGreaterThan(0);
  expect(project.git?.commit).toMatch(/^[0-9a-f]{40}$/);
});
