import { formatByteSize } from "../../core/index.ts";
import type { FileChange } from "../../image/index.ts";
import { table } from "./table.ts";

export interface Setting {
  readonly setting: string;
  readonly before: string;
  readonly after: string;
}

export interface ShownDiff {
  readonly one: string;
  readonly other: string;
  readonly settings: readonly Setting[];
  readonly layers: {
    readonly before: number;
    readonly after: number;
    readonly sharedBase: number;
    readonly beforeBytes: number;
    readonly afterBytes: number;
  };
  readonly files: readonly FileChange[];
  readonly shown: readonly FileChange[];
}

const MARK = { added: "+", removed: "-", changed: "~" } as const;

const growth = (bytes: number): string => (bytes === 0 ? "0" : `${bytes > 0 ? "+" : "-"}${formatByteSize(Math.abs(bytes))}`);
const weight = ({ beforeBytes = 0, afterBytes = 0 }: FileChange): number => afterBytes - beforeBytes;
const short = (text: string): string => (text === "" ? "(none)" : text.length > 80 ? `${text.slice(0, 79)}…` : text);

const indented = (rows: readonly (readonly string[])[]): readonly string[] =>
  table(rows)
    .split("\n")
    .map((line) => `  ${line}`);

export const renderImageDiff = ({ one, other, settings, layers, files, shown }: ShownDiff): string => {
  if (files.length === 0 && settings.length === 0)
    return `${one} and ${other}: the same settings and the same files${layers.sharedBase === layers.before && layers.before === layers.after ? ", in the same layers" : ", in other layers"}`;
  const count = (change: FileChange["change"]): number => files.filter((file) => file.change === change).length;
  return [
    `${one} to ${other}: ${count("added")} files added, ${count("removed")} removed, ${count("changed")} changed, ${growth(files.reduce((sum, file) => sum + weight(file), 0))} for a container`,
    `layers: ${layers.before} to ${layers.after}, the first ${layers.sharedBase} the same; ${formatByteSize(layers.beforeBytes)} to ${formatByteSize(layers.afterBytes)} unpacked`,
    ...(settings.length === 0
      ? []
      : ["", "settings", ...indented(settings.map(({ setting, before, after }) => [setting, short(before), "->", short(after)]))]),
    ...(shown.length === 0
      ? []
      : [
          "",
          "files",
          ...indented(shown.map((file) => [MARK[file.change], growth(weight(file)), file.path, (file.what ?? []).join(", ")])),
        ]),
    ...(files.length > shown.length ? [`  and ${files.length - shown.length} more: --top 0 shows all`] : []),
  ].join("\n");
};
