import type { ImageFacts } from "../../src/check/index.ts";
import { digestOf } from "../../src/core/index.ts";
import { parseImageConfig } from "../../src/image/index.ts";

/** An image of which nothing is at hand but its configuration. @throws INPUT_INVALID when the text is none */
export const imageOfConfig = (content: string): ImageFacts => {
  const { platform, run, diffIds, history } = parseImageConfig(Buffer.from(content));
  return { digest: digestOf(content), platform, sizeBytes: 0, config: run, layers: diffIds, history };
};
