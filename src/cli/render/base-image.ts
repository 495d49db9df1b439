import { forTerminal } from "../../core/index.ts";
import type { BaseImage } from "../../inventory/index.ts";
import { layersOf } from "./image.ts";

const BY: Readonly<Record<BaseImage["by"], string>> = {
  layers: "by its layers",
  dockerfile: "by the Dockerfile's steps",
  history: "a guess by the history: name it with --base IMAGE",
};

/** Where the base image ends, and how that is known. */
export const baseWords = ({ name, layers, by }: BaseImage): string =>
  `the base image${name === undefined ? "" : ` ${forTerminal(name)}`} (${layersOf(layers)}, ${BY[by]})`;

/** How much of what is known came with the base, and what a newer one would do to it. */
export const shareWords = (
  share: { readonly fromBase: number; readonly fixedInBase: number; readonly own: number } | undefined,
  { base, renewed }: { readonly base?: BaseImage; readonly renewed?: true },
): readonly string[] => {
  if (share === undefined || base === undefined || share.fromBase + share.own === 0) return [];
  const newer =
    share.fixedInBase === 0
      ? share.fromBase === 0
        ? ""
        : "; none of those has a fix"
      : renewed === true
        ? `; its name leads to other layers by now: build with --pull, ${share.fixedInBase} of those have a fix`
        : `; a newer base would mend the ${share.fixedInBase} of those that have a fix`;
  return [`${share.fromBase} of ${share.fromBase + share.own} come from ${baseWords(base)}${newer}`];
};
