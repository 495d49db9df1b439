import { canonicalJson, type Digest, digestOf, isSeaworthyError, type Json } from "../../core/index.ts";
import type { ReleaseManifest } from "../../release/index.ts";
import { agePolicyOf, gatePolicyOf } from "../scan-images.ts";
import type { Voyage } from "../voyage.ts";
import { judgedImage, keptScan, type JudgedImage } from "./judged.ts";
import type { KeptGate, KeptScan } from "./kept-scan.ts";
import { openScanStore } from "./store.ts";

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Once a day: as often as OSV's sources change. */
export const DEFAULT_RESCAN_MS = 86_400_000;

type Keeping = Pick<Voyage, "project" | "state" | "clock" | "progress">;

export const gateOf = ({ project, clock }: Pick<Voyage, "project" | "clock">): KeptGate => ({
  schema: "seaworthy/kept-gate@1",
  project: project.name,
  at: clock.now(),
  policy: gatePolicyOf(project),
  age: agePolicyOf(project),
  rescanMs: project.settings.scan.rescan ?? DEFAULT_RESCAN_MS,
});

/** Equal exactly when two gates judge alike. */
export const gateDigest = ({ policy, age }: Pick<KeptGate, "policy" | "age">): Digest => digestOf(canonicalJson(asJson({ policy, age })));

/** Keeps what was found, with the project's gate. It is for later looks: that it cannot be kept stands in nobody's way, and is said. */
export const keepScans = (
  voyage: Keeping,
  images: readonly JudgedImage[],
  { by, approving = false }: Pick<KeptScan, "by"> & { readonly approving?: boolean },
): void => {
  const store = openScanStore(voyage.state);
  const project = voyage.project.name;
  try {
    const asked = gateOf(voyage);
    const gate = gateDigest(asked);
    store.keepGate(asked);
    for (const image of images) {
      const before = store.find(project, image.service, image.digest);
      store.keep(keptScan(image, { project, by, gate, before, approving }));
    }
  } catch (error) {
    if (!isSeaworthyError(error)) throw error;
    voyage.progress.note(`warning: what was scanned is not kept: ${error.message}`);
  }
};

/** Of what a release is about to run: as the ship scanned it, else as it was found before the deploy. */
export const keepApproved = (voyage: Voyage, { services }: ReleaseManifest): void => {
  const known = [...(voyage.scanned ?? []).map(judgedImage), ...(voyage.known ?? [])];
  const images = services.flatMap(
    ({ name, image }) => known.find(({ service, digest }) => service === name && digest === image.manifest) ?? [],
  );
  keepScans(voyage, images, { by: "release", approving: true });
};
