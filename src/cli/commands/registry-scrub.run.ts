import { formatByteSize, parseByteSize, parseDuration } from "../../core/index.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { type FolderFlags, openUpkeep } from "../upkeep-folder.ts";

export interface Flags extends FolderFlags {
  readonly rate?: string;
  readonly unlessWithin?: string;
}

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const progress = progressFor(context, flags);
  await using control = await openUpkeep(context, flags);
  progress.begin("scrub");
  const report = await control.ask(
    "scrub",
    {
      ...(flags.rate === undefined ? {} : { bytesPerSecond: parseByteSize(flags.rate) }),
      ...(flags.unlessWithin === undefined ? {} : { unlessWithinMs: parseDuration(flags.unlessWithin) }),
    },
    { signal: context.signal, progress: (words) => context.terminal.stderr && progress.begin("scrub", words) },
  );
  const { blobs, readBytes, manifests, damagedManifests, quarantined, healed } = report;
  progress.end("scrub");
  const lines = [
    ...quarantined.map(
      ({ digest, why, movedTo, images }) =>
        `${digest}: ${why}${movedTo === undefined ? "" : `, moved to ${movedTo}`}; push again: ${images.join(", ") || "no tagged image needs it"}`,
    ),
    ...healed.map((digest) => `${digest}: whole again`),
    ...damagedManifests.map((name) => `${name}: its bytes are not what its digest says; push it again`),
    `${blobs} blobs (${formatByteSize(readBytes)}) and ${manifests} manifests read; ${quarantined.length + damagedManifests.length} were damaged`,
  ];
  return {
    exit: quarantined.length + damagedManifests.length > 0 ? 1 : 0,
    human: lines.join("\n"),
    json: { schema: "seaworthy/registry-scrubbed@1", ...report },
  };
});
