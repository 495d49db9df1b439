import { createReadStream } from "node:fs";
import { join } from "node:path";
import { forTerminal, hasCode, SeaworthyError } from "../core/index.ts";
import { createDockerEngine } from "../engine/index.ts";
import type { Project } from "../project/index.ts";
import type { ImageSource } from "../ship/index.ts";
import { projectOf } from "./chosen-project.ts";
import type { Context } from "./context.ts";
import type { ProjectFlags } from "./flags.ts";
import { isPath, kindOf, onDisk } from "./image-on-disk.ts";

/** What names on the command line mean. */
export interface TrialSubjects {
  /** Absent when only images are tried. */
  readonly project?: Project;
  /** Services of the project, by name. */
  readonly services: readonly string[];
  readonly images: readonly ImageSource[];
  /** What somebody may have meant otherwise. */
  readonly notes: readonly string[];
}

/** No service has such a name. */
const isOnlyImage = (name: string): boolean => isPath(name) || /[/:@]/.test(name);

const sourceOf = (name: string, cwd: string): ImageSource => {
  const disk = onDisk(name, cwd);
  if (disk === undefined) {
    if (isPath(name))
      throw new SeaworthyError("INPUT_NOT_FOUND", `there is no image archive or layout ${name}`, {
        hint: "Write one with docker save -o FILE REF, or name an image: shop/web:1.2.3.",
      });
    return { kind: "reference", text: name };
  }
  if (disk.kind === "folder" && kindOf(join(disk.path, "oci-layout")) === undefined) {
    if (!isPath(name)) return { kind: "reference", text: name };
    throw new SeaworthyError("INPUT_INVALID", `the folder ${name} is no image layout: it has no oci-layout file`, {
      hint: "To try the services of a project, go to its folder: seaworthy trial.",
    });
  }
  const named = disk.name === undefined ? {} : { name: disk.name };
  return disk.kind === "folder"
    ? { kind: "layout", text: name, folder: disk.path, ...named }
    : { kind: "archive", text: name, open: () => createReadStream(disk.path, { highWaterMark: 256 * 1024 }), ...named };
};

/** Whether the engine has an image of that name. It need not answer. */
const isInEngine = async (name: string): Promise<boolean> => {
  try {
    return (await createDockerEngine().images.inspect(name)) !== undefined;
  } catch (error) {
    if (hasCode(error, "ENGINE_UNREACHABLE", "PERMISSION_DENIED", "ENGINE_REFUSED")) return false;
    throw error;
  }
};

const projectIfAny = async (context: Context, flags: ProjectFlags, names: readonly string[]): Promise<Project | undefined> => {
  if (names.length > 0 && names.every(isOnlyImage)) return undefined;
  try {
    return await projectOf(context, flags);
  } catch (error) {
    if (names.length > 0 && flags.file === undefined && hasCode(error, "INPUT_NOT_FOUND")) return undefined;
    throw error;
  }
};

/**
 * A service of the project, else an image. With a project, a word alone that is none of its services is only taken for an image that the engine has: a service whose name
 * was mistyped must not be fetched from the Hub and run.
 * @throws INPUT_NOT_FOUND naming the services there are
 */
export const subjectsOf = async (context: Context, flags: ProjectFlags, names: readonly string[]): Promise<TrialSubjects> => {
  const project = await projectIfAny(context, flags, names);
  const services = new Set<string>();
  const images = new Map<string, ImageSource>();
  const notes: string[] = [];
  for (const name of names) {
    if (project?.services.some((service) => service.name === name) === true) {
      services.add(name);
      if (await isInEngine(name))
        notes.push(`${name} is taken for the service; for the image of that name: seaworthy trial ${name}:latest`);
    } else if (project === undefined || isOnlyImage(name) || (await isInEngine(name))) images.set(name, sourceOf(name, context.cwd));
    else
      throw new SeaworthyError("INPUT_NOT_FOUND", `${project.name} has no service ${name}, and the engine here has no image of that name`, {
        hint: `Its services: ${project.services.map((one) => one.name).join(", ")}. An image that is to be pulled is named with its tag: ${forTerminal(name)}:latest.`,
      });
  }
  if (names.length === 0) for (const { name } of project?.services ?? []) services.add(name);
  return {
    ...(project === undefined || services.size === 0 ? {} : { project }),
    services: [...services],
    images: [...images.values()],
    notes,
  };
};
