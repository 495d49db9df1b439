import { describe, expect, test } from "vitest";
import { readProject } from "./load.ts";
import { projectFolder } from "./project.fixture.ts";

const read = (files: string | Readonly<Record<string, string>>) =>
  readProject({ folder: projectFolder(typeof files === "string" ? { "compose.yaml": files } : files), env: {}, git: false });

const said = async (files: string | Readonly<Record<string, string>>) =>
  (await read(files)).problems.map(({ code, place }) => [code, `${place?.path}:${place?.range.start.line}`]);

describe("a project that could not be loaded", () => {
  test("is read as far as it can be, with every problem at its place", async () => {
    const text = [
      "services:",
      "  web:",
      "    image: nginx:${TAG}",
      "    userns_mode: host",
      "    restrat: always",
      "    read_only: true",
      "    volumes: [data:/data]",
      "    build: {context: ./nowhere}",
    ].join("\n");
    expect(await said(text)).toEqual([
      ["VARIABLE_MISSING", "compose.yaml:3"],
      ["FIELD_UNSUPPORTED", "compose.yaml:4"],
      ["FIELD_UNKNOWN", "compose.yaml:5"],
      ["INPUT_NOT_FOUND", "compose.yaml:8"],
      ["INPUT_INVALID", "compose.yaml:7"],
    ]);
    const { project } = await read(text);
    expect(project.services[0]?.spec.readOnlyRoot).toBe(true);
    expect(project.services[0]?.build?.context).toMatch(/nowhere$/);
  });

  test("one that could be has no problems", async () => {
    expect((await read("services: {web: {image: 'a:1.2.3'}}")).problems).toEqual([]);
  });

  test("a file that is no YAML leaves the others to be judged", async () => {
    const { project, problems } = await read({
      "compose.yaml": "services: {web: {image: 'a:1.2.3'}}",
      "compose.override.yaml": "services:\n  web:\n\tports: []\n",
    });
    expect(project.services.map(({ name }) => name)).toEqual(["web"]);
    expect(problems[0]?.place?.path).toBe("compose.override.yaml");
  });

  test("an empty file has no services, which is said", async () => {
    const { project, problems } = await read("# nothing\n");
    expect(project.services).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual(["compose.yaml: there are no services"]);
  });
});

describe("include and extends are followed", () => {
  test("a service of another file brings its fields, with paths of its own folder", async () => {
    const { project } = await read({
      "compose.yaml": "services:\n  web:\n    extends: {file: base/base.yaml, service: app}\n    environment: [B=2]\n",
      "base/base.yaml":
        "services:\n  app: {extends: root, environment: {A: '1', B: '1'}}\n  root: {image: 'a:1.2.3', privileged: true, volumes: ['./data:/data']}\n",
    });
    const [web] = project.services;
    expect(web?.spec).toMatchObject({ privileged: true, environment: { A: "1", B: "2" } });
    expect(web?.spec.mounts).toMatchObject([{ source: expect.stringMatching(/base\/data$/) }]);
    expect(web?.locate("privileged")?.path).toBe("base/base.yaml");
    expect(project.files.map(({ path }) => path)).toEqual(["compose.yaml", "base/base.yaml"]);
  });

  test("included services are services, and the including file wins", async () => {
    const { project } = await read({
      "compose.yaml": "include: [db/compose.yaml]\nservices: {web: {image: 'a:1.2.3'}, db: {read_only: true}}",
      "db/compose.yaml": "services: {db: {image: 'postgres:17.2', env_file: [db.env]}}",
      "db/db.env": "A=1\n",
    });
    const db = project.services.find(({ name }) => name === "db");
    expect(db?.spec).toMatchObject({ readOnlyRoot: true, environment: { A: "1" } });
  });

  test("rings and missing files are problems, not hangs", async () => {
    const codes = await said({
      "compose.yaml":
        "include: [compose.yaml, none.yaml]\nservices:\n  a: {extends: b}\n  b: {extends: {service: a}}\n  c: {image: 'a:1', extends: nobody}\n",
    });
    expect(codes.filter(([code]) => code === "INPUT_INVALID" || code === "INPUT_NOT_FOUND").length).toBeGreaterThanOrEqual(4);
  });
});
