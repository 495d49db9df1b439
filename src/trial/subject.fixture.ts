import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Engine } from "../engine/index.ts";
import { readProject } from "../project/index.ts";
import type { Subject, SubjectImage } from "./subject.ts";

const IMAGE = "seaworthy/nodejs:24";

/** The image of node alone that script/setup makes. */
export const nodeImage = async (engine: Engine): Promise<SubjectImage> => {
  const image = await engine.images.inspect(IMAGE);
  if (image === undefined) throw new Error(`script/setup makes ${IMAGE}`);
  return { id: image.id, config: image.config, sizeBytes: image.sizeBytes };
};

/** The service `web` as a compose file in a folder of its own says it, with nothing given about what to ask it. */
export const serviceSubject = async (image: SubjectImage, service: object): Promise<Subject> => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-subject-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const compose = { services: { web: { image: IMAGE, expose: ["3000"], ...service } }, volumes: { kept: {} } };
  writeFileSync(join(folder, "compose.yaml"), JSON.stringify(compose).replaceAll("$", "$$$$"));
  const [web] = (await readProject({ folder, env: {}, git: false })).project.services;
  if (web === undefined) throw new Error("the file has a service");
  return { service: web.name, folder, spec: web.spec, image, requests: [], state: [], dependencies: [], jobs: [], configs: new Map() };
};
