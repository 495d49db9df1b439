import { SeaworthyError } from "../../core/index.ts";
import type { TarHeader } from "../archive/read-tar.ts";
import type { ImageContents } from "./image-contents.ts";
import type { Lookout } from "./layer.ts";
import type { LayeredFile } from "./stacked.ts";

/** Where all files are told of, the words for that take several times what their names do. */
export const weighPath = (_: unknown, path: string): number => 3 * path.length;

/** Remembers every file, folder and link; of their content nothing. */
export const everyFile: Lookout<true> = { wants: () => 0, note: () => true, weigh: weighPath };

/** Bytes that a file takes in its layer: links, folders and devices take none. */
export const bytesOf = ({ type, sizeBytes }: Pick<TarHeader, "type" | "sizeBytes">): number =>
  type === "file" || type === "sparse" ? sizeBytes : 0;

export interface FolderUsage {
  /** "" is the root. */
  readonly path: string;
  /** Of all files in it, however deep. */
  readonly sizeBytes: number;
  readonly files: number;
}

export interface LayerUsage {
  /** Unpacked, as a tar. */
  readonly sizeBytes: number;
  /** What its files take. */
  readonly fileBytes: number;
  readonly files: number;
  /** Of the files' bytes those that a later layer deletes or replaces. */
  readonly wastedBytes: number;
}

export interface Wasted {
  readonly path: string;
  readonly sizeBytes: number;
  /** Which layer has it, and which one hides it: from 0, base first. */
  readonly layer: number;
  readonly by: number;
  readonly how: "deleted" | "replaced";
}

/** Where the bytes of an image are. */
export interface ImageUsage {
  /** What a container sees. */
  readonly sizeBytes: number;
  readonly files: number;
  readonly folders: readonly FolderUsage[];
  readonly layers: readonly LayerUsage[];
  /** Biggest first. Whoever has the image has these bytes, and no container sees them. */
  readonly wasted: readonly Wasted[];
  readonly wastedBytes: number;
  /** The part of the files' bytes that a container sees: 1 where nothing is wasted. */
  readonly efficiency: number;
}

/** As many as files are remembered: deep paths name a folder each for every step. */
const MAX_FOLDERS = 600_000;

const foldersOf = (files: readonly LayeredFile<unknown>[]): readonly FolderUsage[] => {
  const folders = new Map<string, { sizeBytes: number; files: number }>([["", { sizeBytes: 0, files: 0 }]]);
  for (const { header } of files) {
    const sizeBytes = bytesOf(header);
    const isFolder = header.type === "directory";
    let path = isFolder ? header.path : header.path.slice(0, Math.max(0, header.path.lastIndexOf("/")));
    for (;;) {
      const folder = folders.get(path) ?? { sizeBytes: 0, files: 0 };
      folder.sizeBytes += sizeBytes;
      folder.files += isFolder ? 0 : 1;
      folders.set(path, folder);
      if (folders.size > MAX_FOLDERS)
        throw new SeaworthyError("INPUT_TOO_LARGE", `the image has more than ${MAX_FOLDERS} folders`, {
          hint: "Its files can be listed: seaworthy image ls; what is in it: seaworthy sbom.",
        });
      if (path === "") break;
      path = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    }
  }
  return [...folders].map(([path, usage]) => ({ path, ...usage }));
};

/** Adds up an image that was read with a lookout that remembers every file. @throws INPUT_TOO_LARGE for more than 600,000 folders */
export const usageOf = ({ files, layers }: Pick<ImageContents<unknown>, "files" | "layers">): ImageUsage => {
  const perLayer = layers.map(({ sizeBytes }) => ({ sizeBytes, fileBytes: 0, files: 0, wastedBytes: 0 }));
  const wasted: Wasted[] = [];
  const visible: LayeredFile<unknown>[] = [];
  for (const file of files) {
    const sizeBytes = bytesOf(file.header);
    const layer = perLayer[file.layerIndex];
    if (layer !== undefined && file.header.type !== "directory") {
      layer.files += 1;
      layer.fileBytes += sizeBytes;
    }
    if (file.hidden === undefined) visible.push(file);
    else if (sizeBytes > 0) {
      if (layer !== undefined) layer.wastedBytes += sizeBytes;
      wasted.push({ path: file.header.path, sizeBytes, layer: file.layerIndex, ...file.hidden });
    }
  }
  const folders = foldersOf(visible);
  const fileBytes = perLayer.reduce((sum, layer) => sum + layer.fileBytes, 0);
  const wastedBytes = wasted.reduce((sum, one) => sum + one.sizeBytes, 0);
  const root = folders.find(({ path }) => path === "");
  return {
    sizeBytes: root?.sizeBytes ?? 0,
    files: root?.files ?? 0,
    folders,
    layers: perLayer,
    wasted: wasted.toSorted((a, b) => b.sizeBytes - a.sizeBytes || (a.path < b.path ? -1 : 1)),
    wastedBytes,
    efficiency: fileBytes === 0 ? 1 : (fileBytes - wastedBytes) / fileBytes,
  };
};
