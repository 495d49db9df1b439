import { formatByteSize, SeaworthyError } from "../core/index.ts";
import { copyImage, type CopyOptions, type ImageDestination, type ImageSource } from "../image/index.ts";
import type { Context } from "./context.ts";
import { naming } from "./naming.ts";
import type { Outcome, OutputFlags } from "./outcome.ts";
import { progressFor } from "./progress.ts";

export interface CopyFlags extends OutputFlags {
  readonly dryRun?: boolean;
  readonly withReferrers?: boolean;
  readonly compress?: "none" | "gzip" | "zstd";
}

/** Copies and says what became of it. Source and destination are closed. */
export const copied = async (
  context: Context,
  flags: CopyFlags,
  {
    verb,
    from,
    source: open,
    destination,
    options = {},
  }: {
    readonly verb: string;
    /** What the source is called on the command line. */
    readonly from: string;
    readonly source: () => Promise<ImageSource>;
    readonly destination: ImageDestination;
    readonly options?: CopyOptions;
  },
): Promise<Outcome> => {
  const progress = progressFor(context, flags);
  try {
    if (flags.withReferrers === true && destination.holds === "one")
      throw new SeaworthyError("USAGE", `${destination.where} holds one image and nothing that hangs on it`, {
        hint: "Leave --with-referrers out, or copy to an OCI archive, a layout or a registry.",
      });
    progress.begin("read the image");
    const source = await naming(from, open);
    try {
      const copy = await naming(from, () =>
        copyImage(source, destination, {
          ...options,
          withReferrers: flags.withReferrers === true,
          dryRun: flags.dryRun === true,
          progress,
          ...(flags.compress === undefined ? {} : { compress: flags.compress }),
        }),
      );
      const { sent, sentBytes, present } = copy.blobs;
      const human = [
        `${flags.dryRun === true ? `would be ${verb}` : verb} to ${destination.where}`,
        `  ${copy.digest}${copy.unchanged ? "" : ` (the source has ${source.root})`}`,
        `  ${copy.manifests} ${copy.manifests === 1 ? "manifest" : "manifests"}${copy.attached === 0 ? "" : `, ${copy.attached} hanging on it`}; ${sent} ${sent === 1 ? "blob" : "blobs"} sent (${formatByteSize(sentBytes)}), ${present} there already`,
      ].join("\n");
      return {
        exit: 0,
        human,
        json: {
          schema: "seaworthy/image-copy@1",
          from: source.where,
          to: destination.where,
          dryRun: flags.dryRun === true,
          sourceDigest: source.root,
          ...copy,
        },
      };
    } finally {
      await source.close();
    }
  } finally {
    await destination.close();
  }
};
