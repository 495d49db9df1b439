import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { isSeaworthyError, type SeaworthyError } from "../core/index.ts";
import { type LoadOptions, loadProject } from "./load.ts";
import type { ContainerSpec } from "./container-spec.ts";
import type { Project, Service } from "./project.ts";

/** Files by path in a folder of their own that goes when the test ends. The folder's name is `shop`. */
export const projectFolder = (files: Readonly<Record<string, string>>): string => {
  const parent = mkdtempSync(join(tmpdir(), "seaworthy-project-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, "shop");
  for (const [path, text] of Object.entries({ ".keep": "", ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};

type Given = string | Readonly<Record<string, string>>;

/** Loads a project from the text of its compose.yaml, or from several files, with no environment and no git unless asked for. */
export const load = (given: Given, options: Partial<LoadOptions> = {}): Promise<Project> =>
  loadProject({ folder: projectFolder(typeof given === "string" ? { "compose.yaml": given } : given), env: {}, git: false, ...options });

/** The error that loading ends in. Fails the test when there is none, or when it has no code. */
export const refusal = async (given: Given, options: Partial<LoadOptions> = {}): Promise<SeaworthyError> => {
  try {
    await load(given, options);
  } catch (error) {
    if (isSeaworthyError(error)) return error;
    throw error;
  }
  throw new Error("the project was not refused");
};

/** Its problems: one line each. */
export const problems = async (given: Given, options: Partial<LoadOptions> = {}): Promise<readonly string[]> =>
  (await refusal(given, options)).problems;

/** One service `web` from its fields in YAML flow style or lines indented by four; `rest` is whatever else the file has. */
export const service = async (fields: string, rest = ""): Promise<Service> => {
  const project = await load(`services:\n  web: {image: a, ${fields}}\n${rest}`);
  const [web] = project.services;
  if (web === undefined) throw new Error("there is no service");
  return web;
};

export const spec = async (fields: string, rest = ""): Promise<ContainerSpec> => (await service(fields, rest)).spec;
