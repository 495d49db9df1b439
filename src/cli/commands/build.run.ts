import { formatByteSize } from "../../core/index.ts";
import { buildServices } from "../../ship/index.ts";
import { withVoyage } from "../host.ts";
import type { ProjectFlags } from "../flags.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";

export type Flags = ProjectFlags;

export const run = reporting<Flags, string[]>((context, flags, ...services) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const images = await buildServices(voyage, services);
    const rows = images.map(({ service, digest, tags, sizeBytes, seconds }) => [
      service,
      digest,
      formatByteSize(sizeBytes.uncompressed),
      `${seconds.total.toFixed(1)} s`,
      [...tags.fixed, ...tags.moving].join(" "),
    ]);
    return {
      exit: 0,
      human: rows.length === 0 ? "no service has a build section" : table(rows),
      json: { schema: "seaworthy/build@1", images: images.map(({ run: _, ...image }) => image) },
    };
  }),
);
