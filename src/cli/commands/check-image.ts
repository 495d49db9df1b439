import { existsSync } from "node:fs";
import { join } from "node:path";
import { atLeast, type Profile } from "../../checklist/index.ts";
import { BASE_RULES, checkImage, factsOfContents, lookout } from "../../check/index.ts";
import { formatByteSize, readTextFile, SeaworthyError } from "../../core/index.ts";
import { readSettings } from "../../project/index.ts";
import { findingsDocument, renderFindings } from "../../report/index.ts";
import type { Context } from "../context.ts";
import { openImage } from "../open-image.ts";
import type { Outcome, OutputFlags } from "../outcome.ts";
import { progressFor } from "../progress.ts";

const MAX_IGNORE_BYTES = 64 * 1024;

interface ImageFlags extends OutputFlags {
  readonly image: readonly string[];
  readonly policy?: Profile;
}

/** Judges images by themselves, one after the other. @throws USAGE for the same image twice, and what openImage throws */
export const checkImages = async (context: Context, flags: ImageFlags): Promise<Outcome> => {
  if (new Set(flags.image).size < flags.image.length) throw new SeaworthyError("USAGE", "--image names the same image twice");
  const progress = progressFor(context, flags);
  const governing = readSettings({ folder: context.cwd, env: context.process.env })?.settings;
  const ignoreFile = join(context.cwd, ".dockleignore");
  const dockle = {
    environment: context.process.env["DOCKLE_IGNORES"],
    file: existsSync(ignoreFile) ? readTextFile(ignoreFile, MAX_IGNORE_BYTES) : undefined,
  };
  const results = [];
  for (const name of flags.image) {
    const begun = performance.now();
    const { contents, reference } = await openImage(context, name, progress, { lookout, needsConfig: true });
    const result = checkImage(name, factsOfContents(contents), {
      now: Date.now(),
      dockle,
      ...(reference === undefined ? {} : { reference }),
      ...(flags.policy === undefined ? {} : { profile: flags.policy }),
      ...(governing === undefined ? {} : { governing: { settings: governing, from: context.cwd } }),
    });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    progress.end(
      `read ${name}`,
      `${contents.config.diffIds.length} ${contents.config.diffIds.length === 1 ? "layer" : "layers"}, ${formatByteSize(contents.sizeBytes)}, ${seconds} s`,
    );
    results.push(result);
  }
  const findings = results.flatMap((result) => result.findings);
  const suppressed = results.flatMap((result) => result.suppressed);
  return {
    exit: results.some((result) => result.findings.some(({ severity }) => atLeast(severity, result.fail))) ? 1 : 0,
    human: renderFindings(findings, {
      sources: results.flatMap((result) => result.sources),
      style: context.colour.stdout ? "ansi" : "plain",
      ignored: suppressed.length,
      whyOf: (rule) => BASE_RULES.find(({ id }) => id === rule)?.why,
    }),
    json: findingsDocument(findings, suppressed),
  };
};
