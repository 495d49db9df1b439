import { formatReference } from "../../core/index.ts";
import { buildServices, pushStage } from "../../ship/index.ts";
import type { ChangeFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { stageOutcome } from "../render/stage.ts";

export type Flags = ChangeFlags;

export const run = reporting<Flags, string[]>((context, flags, ...services) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    await buildServices(voyage, services);
    const result = await pushStage.run(voyage);
    const images = [...voyage.images.values()].map(({ service, repository, digest }) => ({
      service,
      reference: formatReference({ ...repository, digest }),
    }));
    return stageOutcome("push", result, { images }, images.map(({ service, reference }) => `${service}  ${reference}`).join("\n"));
  }),
);
