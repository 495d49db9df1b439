import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileError } from "../core/index.ts";

/** Names of files, which no reference is. */
export const isPath = (text: string): boolean => isAbsolute(text) || /^\.{1,2}(?:\/|$)|\.(?:tar|tgz|tar\.\w+)$/.test(text);

/** What is there; undefined when nothing is. */
export const kindOf = (path: string): "file" | "folder" | undefined => {
  try {
    const found = statSync(path);
    return found.isDirectory() ? "folder" : "file";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || (error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw fileError(error, `look at ${path}`);
  }
};

/** A file or folder, and the name of one image in it that may follow a colon. */
export interface ImageOnDisk {
  readonly path: string;
  readonly kind: "file" | "folder";
  readonly name?: string;
}

/** What an image's name means on disk, if anything. */
export const onDisk = (text: string, cwd: string): ImageOnDisk | undefined => {
  const whole = kindOf(resolve(cwd, text));
  if (whole !== undefined) return { path: resolve(cwd, text), kind: whole };
  for (let colon = text.indexOf(":"); colon > 0; colon = text.indexOf(":", colon + 1)) {
    const path = resolve(cwd, text.slice(0, colon));
    const kind = kindOf(path);
    // `shop:1.2` beside a folder shop is the image, unless the folder is a layout.
    if (kind !== undefined && (isPath(text.slice(0, colon)) || kindOf(resolve(path, "oci-layout")) === "file"))
      return { path, kind, name: text.slice(colon + 1) };
  }
  return undefined;
};
