import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { Platform } from "../../core/index.ts";
import { type ComposeNode, child } from "../../source/index.ts";
import type { BuildInput } from "../project.ts";
import { object, type Reader, type Reading, report } from "./reading.ts";
import { REFUSED_BUILD_FIELDS } from "./refused.ts";
import { listOf, name, platform } from "./scalars.ts";
import { environment } from "./environment.ts";

/** What a service's `build` says; its secrets are keys of the top-level `secrets`, not yet looked up. */
export interface WrittenBuild extends Omit<BuildInput, "secrets"> {
  readonly platforms: readonly Platform[];
  readonly secrets: readonly { readonly id: string; readonly source: string; readonly node: ComposeNode }[];
}

const SECRET = object(
  { source: name, target: name },
  { uid: "give it to RUN --mount", gid: "give it to RUN --mount", mode: "give it to RUN --mount" },
);

const secret: Reader<WrittenBuild["secrets"][number]> = (node, path, reading) => {
  const long = node.kind === "mapping" ? SECRET(node, path, reading) : { source: name(node, path, reading), target: undefined };
  if (long?.source === undefined) return undefined;
  return { id: long.target ?? long.source, source: long.source, node };
};

const FIELDS = object(
  { context: name, dockerfile: name, target: name, args: environment, platforms: listOf(platform), secrets: listOf(secret) },
  REFUSED_BUILD_FIELDS,
);

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Whether the context and the Dockerfile exist; reported where not. A Dockerfile written inline is nowhere. */
const isThere = (
  { context, file, relative, dockerfile }: { context: string; file: string; relative: string; dockerfile: string },
  node: ComposeNode,
  path: string,
  reading: Reading,
): boolean => {
  const place = child(node, "context") ?? node;
  if (!isFolder(context)) report(reading, place, `${path}.context: there is no folder ${relative}`, "INPUT_NOT_FOUND");
  else if (child(node, "dockerfile_inline") === undefined && !existsSync(file))
    report(reading, child(node, "dockerfile") ?? place, `${path}: there is no ${dockerfile} in ${relative}`, "INPUT_NOT_FOUND");
  else return true;
  return false;
};

/** `build`: the context is a folder and the Dockerfile must be there. Arguments without a value come from the environment. */
export const build: Reader<WrittenBuild> = (node, path, reading) => {
  const written = FIELDS(node, path, reading);
  if (written === undefined) return undefined;
  if (reading.lenient !== true && child(node, "dockerfile_inline") !== undefined) return undefined;
  const place = child(node, "context") ?? node;
  const relative = written.context ?? ".";
  if (/^(?:[a-z+]+:\/\/|git@|github\.com\/)/.test(relative))
    return report(
      reading,
      place,
      `${path}.context: ${relative} is not supported: only folders are, so that the commit is known`,
      "FIELD_UNSUPPORTED",
    );
  const context = resolve(reading.folder, relative);
  const dockerfile = written.dockerfile ?? "Dockerfile";
  const file = isAbsolute(dockerfile) ? dockerfile : join(context, dockerfile);
  const found = isThere({ context, file, relative, dockerfile }, node, path, reading);
  if (!found && reading.lenient !== true) return undefined;
  return {
    context,
    dockerfile: file,
    ...(written.target === undefined ? {} : { target: written.target }),
    args: written.args ?? {},
    platforms: written.platforms ?? [],
    secrets: written.secrets ?? [],
  };
};
