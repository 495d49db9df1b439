import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SeaworthyError } from "../core/index.ts";
import { directorySource, layoutSource, type LocalSource, openLayout } from "../image/index.ts";
import { kindOf } from "./image-on-disk.ts";

/** What a folder of an image is: an OCI layout, or what `skopeo copy` writes to `dir:`. Undefined for a folder of files. */
export const imageFolderKind = (path: string): "layout" | "directory" | undefined => {
  if (kindOf(join(path, "oci-layout")) === "file") return "layout";
  if (kindOf(join(path, "version")) !== "file" || kindOf(join(path, "manifest.json")) !== "file") return undefined;
  return readFileSync(join(path, "version"), "utf8").startsWith("Directory Transport Version: 1.") ? "directory" : undefined;
};

/** Opens the image in a folder. @throws INPUT_INVALID when it is none, or it is not clear which is meant */
export const imageFolder = async (path: string, name: string | undefined): Promise<LocalSource> => {
  switch (imageFolderKind(path)) {
    case "layout":
      return layoutSource(await openLayout(path), name);
    case "directory":
      return directorySource(path);
    default:
      throw new SeaworthyError("INPUT_INVALID", `the folder ${path} is no image layout: it has no oci-layout file`, {
        hint: "To check the files of a folder: seaworthy check FOLDER; to list what is in it: seaworthy sbom ./FOLDER.",
      });
  }
};
