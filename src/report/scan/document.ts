/** A package that has a vulnerability, and where it is. */
export interface ScanDocumentPackage {
  readonly purl: string;
  /** The file that tells of it; "" where a report does not say. */
  readonly path: string;
  readonly layer?: string;
  /** From 1, base first. */
  readonly layerNumber?: number;
  /** The line of the Dockerfile that brought it, where that is known. */
  readonly written?: { readonly file: string; readonly line: number };
}

/** One vulnerability as it is told. */
export interface ScanDocumentEntry {
  readonly id: string;
  readonly advisories: readonly {
    readonly id: string;
    readonly cves: readonly string[];
    readonly aliases: readonly string[];
    readonly summary: string;
    readonly url?: string;
    readonly modified?: string;
  }[];
  readonly state: "fixed" | "unfixed" | "deferred" | "wont-fix" | "unimportant" | "end-of-life" | "extended";
  readonly fixed?: string;
  /** Where only a stream of updates beside the release mends it, which not everybody gets. */
  readonly extended?: { readonly stream: string; readonly fixed: string };
  readonly severity?: {
    readonly rating: "none" | "low" | "medium" | "high" | "critical";
    readonly score?: number;
    readonly cvss?: "4.0" | "3.1" | "3.0" | "2.0";
    readonly written: string;
    readonly source?: string;
  };
  readonly exploited?: true;
  readonly epss?: { readonly probability: number; readonly percentile: number };
  readonly name: string;
  readonly version: string;
  readonly ecosystem: string;
  /** Whether it came with the base image, where that is known. */
  readonly origin?: "base" | "own";
  readonly packages: readonly ScanDocumentPackage[];
  /** Why it alone refuses the image. */
  readonly refused?: "severity" | "exploited";
  /** What was said of it that does not excuse it. */
  readonly notes?: readonly string[];
}

/** Why something is not held against the image. */
export type ScanSuppression =
  | { readonly kind: "waiver"; readonly reason: string; readonly until: string; readonly justification?: string; readonly place?: string }
  | {
      readonly kind: "vex";
      readonly status: string;
      readonly justification?: string;
      readonly words?: string;
      readonly author: string;
      readonly place: string;
    }
  | { readonly kind: "baseline" };

/** What gives a secret away: never its value. */
export interface ScanDocumentSecret {
  /** What a waiver names: `secret:npm-token`. */
  readonly id: string;
  readonly what: string;
  /** By its form, or the place where a program keeps it; else it only looks like one. */
  readonly isSure: boolean;
  readonly in: "file" | "environment" | "label" | "history";
  /** Of a file; else `environment/NAME`, `label/NAME`, `history/STEP`. */
  readonly path: string;
  readonly line?: number;
  readonly layer?: string;
  /** From 1, base first. */
  readonly layerNumber?: number;
  /** The layer that hides the file: the image still carries it. */
  readonly deletedInLayer?: number;
  readonly replacedInLayer?: number;
  /** Of the history, from 1. */
  readonly step?: number;
  readonly origin?: "base" | "own";
  /** It alone refuses the image. */
  readonly refused?: "severity";
  readonly notes?: readonly string[];
  /** Why it is not held against the image. */
  readonly by?: ScanSuppression;
}

/** `seaworthy/scan@1`. */
export interface ScanDocument {
  readonly schema: "seaworthy/scan@1";
  readonly image: string;
  readonly digest?: string;
  readonly distribution?: { readonly id: string; readonly version?: string; readonly name: string };
  /** As of when the advisories were. Absent where a report was judged. */
  readonly advisories?: {
    readonly builtAt: string;
    /** Whether one of its sources is older than is allowed. */
    readonly stale: boolean;
    /** Of each source that was asked, by its name, of what day it is and how old. */
    readonly sources: readonly {
      readonly source: string;
      readonly from: string;
      readonly asOf: string;
      readonly fetchedAt: string;
      readonly ageMs: number;
      readonly stale: boolean;
    }[];
  };
  /** Distributions and runtimes whose makers mend them no more; absent where a report was judged. */
  readonly endOfLife?: readonly {
    readonly subject: "distribution" | "runtime";
    readonly name: string;
    readonly version: string;
    readonly product: string;
    readonly cycle: string;
    readonly state: "ended" | "extended";
    readonly ended?: string;
    readonly extendedUntil?: string;
    readonly paths: readonly string[];
  }[];
  /** The report that was judged in place of a scan of our own. */
  readonly report?: { readonly tool: string; readonly version?: string; readonly at?: string; readonly file: string };
  readonly gate: {
    readonly fail: "low" | "medium" | "high" | "critical";
    readonly onlyFixed: boolean;
    readonly passed: boolean;
    /** Vulnerabilities that refuse it. */
    readonly refused: number;
    /** Nothing could be judged, which is no proof. */
    readonly unjudged: boolean;
    /** Whether it is known what is exploited. */
    readonly tellsExploited: boolean;
  };
  /** Packages that advisories were looked up for; absent where a report does not say. */
  readonly judged?: number;
  /** The worst first, without what is suppressed. */
  readonly vulnerabilities: readonly ScanDocumentEntry[];
  readonly suppressed: readonly (ScanDocumentEntry & { readonly by: ScanSuppression })[];
  /** The surest first, those that are suppressed last. */
  readonly secrets: readonly ScanDocumentSecret[];
  /** What is missing in the image, or is not as its documents say; absent where nothing is. */
  readonly flaws?: readonly {
    /** By which a waiver names it: `image:not-whole`, `image:not-intact`. */
    readonly id: string;
    readonly message: string;
    /** It alone refuses the image. */
    readonly refused: boolean;
    readonly notes?: readonly string[];
    readonly by?: ScanSuppression;
  }[];
  /** About the gate's own settings. */
  readonly findings: readonly { readonly kind: string; readonly place?: string; readonly message: string }[];
  /** Of the baseline, what is no longer found. */
  readonly gone: readonly { readonly id: string; readonly package: string; readonly severity: string }[];
  readonly blindSpots: readonly string[];
}
