import type { Evidence } from "../checklist/index.ts";
import type { BuiltImage } from "../build/index.ts";
import type { Clock, Platform, Progress, StateFolder, VerifiedDigest } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { LayerCache } from "../image/index.ts";
import type { Note } from "../inventory/index.ts";
import type { Contents, Project } from "../project/index.ts";
import type { Approved, Plan, PlanFile, ReleaseManifest, Releases, RolloutOutcome } from "../release/index.ts";
import type { Changes } from "./changes.ts";
import type { Harbour } from "./harbour.ts";
import type { ResolvedService } from "./images.ts";
import type { KeyOptions } from "./keys.ts";
import type { JudgedImage } from "./rescan/judged.ts";
import type { ScannedImage } from "./scan-images.ts";

/** What travels from stage to stage. Each stage adds what it found out; none takes anything away. */
export interface Voyage {
  /** The version of Seaworthy: what one version tried is not another's verdict. */
  readonly tool: string;
  readonly project: Project;
  /** Of its secrets and configs, each read once. */
  readonly contents: Contents;
  readonly harbour: Harbour;
  readonly engine: Engine;
  /** What the engine runs. */
  readonly platform: Platform;
  readonly state: StateFolder;
  readonly releases: Releases;
  readonly keys: KeyOptions;
  /** Names the code that reads images: what other code saw in one counts no more, also between two builds of one version. Absent: the version does. */
  readonly readerCode?: () => string;
  /** What was learned of layers before. Absent: each is read. */
  readonly layerNotes?: () => LayerCache<Note>;
  /** Folder of the advisories that images are judged by. */
  readonly advisoryFolder: string;
  /** Folder for build layouts and caches on this machine. */
  readonly cacheFolder: string;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Plan only: nothing is pushed, signed or changed. */
  readonly dryRun: boolean;
  /** A dry run reads the images whose vulnerabilities it compares, where nobody did before. Absent: it reads none. */
  readonly readsForDiff?: boolean;
  readonly why: string;
  /** What the release is called: 1.2.0, or sha-<commit>. */
  readonly version: string;
  /** Tag under which this working tree's images are pushed and found again. */
  readonly commitTag: string;
  /** Milliseconds to wait for another actor. */
  readonly waitMs: number;
  readonly evidence: Evidence[];
  /** By service, once built. */
  readonly built: Map<string, BuiltImage>;
  /** By service, once their digests are known. */
  readonly images: Map<string, ResolvedService>;
  readonly verified: VerifiedDigest[];
  /** Whether a dry run is to be approved and applied later. */
  readonly sealing?: boolean;
  /** Only exactly this is deployed. */
  readonly approved?: Approved;
  /** What was scanned on the way. Absent: nothing was. */
  scanned?: readonly ScannedImage[];
  /** What was known of images that are there already, before they are deployed. Absent: nobody asked. */
  known?: readonly JudgedImage[];
  manifest?: ReleaseManifest;
  plan?: Plan;
  /** What a dry run would change of the live release. */
  changes?: Changes;
  /** The plan with what it was made from, where it is to be approved and applied later. */
  sealed?: PlanFile;
  outcome?: RolloutOutcome;
}

export const STAGE_NAMES = ["check", "build", "test", "scan", "trial", "push", "sign", "deploy"] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** How a stage ended. Refusing is an outcome; exceptions are for what could not be done at all. */
export type StageResult =
  | { readonly state: "passed"; readonly words: string }
  /** `exit` is 1 unless the table names another for this refusal. */
  | {
      readonly state: "refused";
      readonly words: string;
      readonly problems: readonly string[];
      readonly exit: number;
      readonly hint: string;
    }
  | { readonly state: "not-tried"; readonly reason: string };

/** One stage of the way to production, and its gate. */
export interface Stage {
  readonly name: StageName;
  readonly brief: string;
  readonly run: (voyage: Voyage) => Promise<StageResult>;
}
