import { formatByteSize } from "../../core/index.ts";
import { bytesOf, type ImageContents, type ImageUsage, stepsOf } from "../../image/index.ts";
import { layersOf, stepWords } from "./image.ts";
import { table } from "./table.ts";

const SHOWN_SHARE = 0.01;

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.0995 ? 1 : 0)}%`;
const indented = (rows: readonly (readonly string[])[]): readonly string[] =>
  table(rows)
    .split("\n")
    .map((line) => `  ${line}`);

/** Of what a container sees. */
export const biggestFiles = (
  { files }: Pick<ImageContents<unknown>, "files">,
  top: number,
): readonly { readonly path: string; readonly sizeBytes: number; readonly layer: number }[] =>
  files
    .filter(({ visible, header }) => visible && bytesOf(header) > 0)
    .toSorted((a, b) => bytesOf(b.header) - bytesOf(a.header) || (a.header.path < b.header.path ? -1 : 1))
    .slice(0, top)
    .map(({ header, layerIndex }) => ({ path: header.path, sizeBytes: bytesOf(header), layer: layerIndex + 1 }));

/** Each folder below the one it is in, the biggest first. */
const folderRows = ({ folders, sizeBytes }: ImageUsage, depth: number): readonly (readonly string[])[] => {
  const shown = folders.filter((folder) => folder.sizeBytes >= SHOWN_SHARE * sizeBytes && folder.sizeBytes > 0);
  const below = Map.groupBy(
    shown.filter(({ path }) => path !== ""),
    ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/"))),
  );
  const rows: string[][] = [];
  const visit = (path: string, level: number): void => {
    if (level > depth) return;
    for (const folder of (below.get(path) ?? []).toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
      const name = folder.path.slice(path === "" ? 0 : path.length + 1);
      rows.push([
        formatByteSize(folder.sizeBytes),
        percent(folder.sizeBytes / sizeBytes),
        `${folder.files}`,
        `${"  ".repeat(level - 1)}${name}/`,
      ]);
      visit(folder.path, level + 1);
    }
  };
  visit("", 1);
  return rows;
};

export const renderUsage = (
  name: string,
  contents: ImageContents<unknown>,
  usage: ImageUsage,
  { depth, top }: { readonly depth: number; readonly top: number },
): string => {
  const steps = stepsOf(contents.config.history, usage.layers.length);
  const folders = folderRows(usage, depth);
  const wasted = usage.wasted.slice(0, top);
  return [
    `${name}: ${formatByteSize(usage.sizeBytes)} in ${usage.files} files, ${layersOf(usage.layers.length)}; ${formatByteSize(usage.wastedBytes)} wasted, efficiency ${percent(usage.efficiency)}`,
    ...(folders.length === 0 ? [] : ["", "folders", ...indented([["size", "share", "files", "folder"], ...folders])]),
    "",
    "biggest files",
    ...indented([
      ["size", "layer", "file"],
      ...biggestFiles(contents, top).map(({ path, sizeBytes, layer }) => [formatByteSize(sizeBytes), String(layer), path]),
    ]),
    "",
    "layers, base first",
    ...indented([
      ["", "size", "files", "wasted", "made by"],
      ...usage.layers.map((layer, at) => [
        String(at + 1),
        formatByteSize(layer.fileBytes),
        String(layer.files),
        layer.wastedBytes === 0 ? "" : formatByteSize(layer.wastedBytes),
        stepWords(steps[at]?.createdBy),
      ]),
    ]),
    ...(wasted.length === 0
      ? []
      : [
          "",
          "wasted: in a layer, and seen by no container",
          ...indented([
            ["size", "layer", "file", ""],
            ...wasted.map(({ path, sizeBytes, layer, by, how }) => [
              formatByteSize(sizeBytes),
              String(layer + 1),
              path,
              `${how} in layer ${by + 1}`,
            ]),
          ]),
          ...(usage.wasted.length > wasted.length ? [`  and ${usage.wasted.length - wasted.length} more`] : []),
        ]),
  ].join("\n");
};
