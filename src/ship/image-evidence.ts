import type { Evidence } from "../checklist/index.ts";
import { formatPlatform } from "../core/index.ts";
import type { Voyage } from "./voyage.ts";

const LATER = "SBOM and SLSA provenance are attached by a later version of this tool";

/** What the digests themselves show before anything runs. */
export const imageEvidence = ({ images, platform, clock }: Pick<Voyage, "images" | "platform" | "clock">): readonly Evidence[] =>
  [...images.values()].flatMap(({ service, manifest, platforms, ours }): readonly Evidence[] => {
    const subject = { kind: "image", service, digest: manifest } as const;
    const at = clock.now();
    const arch: Evidence = {
      item: "multi-arch",
      subject,
      kind: "image",
      verdict: { state: "proven" },
      source: "ship/platform",
      because: `made for ${platforms.map(formatPlatform).join(", ")}; this engine runs ${formatPlatform(platform)}`,
      at,
    };
    const provenance: Evidence = {
      item: "provenance",
      subject,
      kind: "signature",
      verdict: { state: "not-tried", reason: LATER },
      source: "ship/provenance",
      because: LATER,
      at,
    };
    return ours ? [arch, provenance] : [arch];
  });
