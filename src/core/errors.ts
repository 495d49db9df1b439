/**
 * Every way Seaworthy can fail on purpose: exit status, whether the same call may succeed later, and the next step.
 * Exit statuses are the table of docs/reference/errors.md. A thrown value without a code from here is a bug (exit 70).
 */
export const ERRORS = {
  USAGE: { exit: 2, retryable: false, hint: "Run the command with --help." },
  INPUT_NOT_FOUND: { exit: 2, retryable: false, hint: "Check the path, or run from the project's folder." },
  INPUT_INVALID: { exit: 2, retryable: false, hint: "Correct the named place and run again." },
  INPUT_TOO_LARGE: { exit: 2, retryable: false, hint: "The input is over a safety bound; it was not read further." },
  FIELD_UNKNOWN: { exit: 2, retryable: false, hint: "Remove the field, or correct its spelling." },
  FIELD_UNSUPPORTED: { exit: 2, retryable: false, hint: "Seaworthy refuses what it cannot honour instead of ignoring it." },
  VARIABLE_MISSING: { exit: 2, retryable: false, hint: "Set it in the environment or in .env, or give a default: ${NAME:-value}." },
  GATE_REFUSED: {
    exit: 1,
    retryable: false,
    hint: "Mend what is listed, or waive an item with a reason and an end date in x-seaworthy.waive.",
  },
  NOT_SIGNED: {
    exit: 1,
    retryable: false,
    hint: "Sign the digest with a trusted key (seaworthy sign), or trust its key in x-seaworthy.trust.",
  },
  NOT_SCANNED: {
    exit: 1,
    retryable: false,
    hint: "Mend what is refused or waive it, and attest a new scan with a trusted key (seaworthy ship, or seaworthy attest).",
  },
  PLATFORM_MISSING: {
    exit: 1,
    retryable: false,
    hint: "Build the image for the engine's architecture as well (x-seaworthy.build.platforms).",
  },
  TAG_IMMUTABLE: { exit: 1, retryable: false, hint: "Version tags never move: commit, and tag a new version." },
  RELEASE_NOT_LIVE: { exit: 3, retryable: false, hint: "The previous release serves. Read the probe's answer and the log lines above." },
  ROLLBACK_FAILED: {
    exit: 4,
    retryable: false,
    hint: "What runs is a mixture: seaworthy status shows it. Deploy a version that is known to be good.",
  },
  STATE_NEEDS_PERSON: { exit: 4, retryable: false, hint: "Run seaworthy status to see what is in doubt." },
  PAUSED: { exit: 5, retryable: false, hint: "Decide whether it goes on; see seaworthy status." },
  LOCKED: { exit: 6, retryable: true, hint: "Another actor holds the service; wait for it, or see seaworthy status." },
  PLAN_OUT_OF_DATE: { exit: 6, retryable: false, hint: "The state changed since the plan was made; plan again." },
  ENGINE_UNREACHABLE: { exit: 7, retryable: true, hint: "Start Docker Engine, or set DOCKER_HOST to where it listens." },
  ENGINE_REFUSED: { exit: 7, retryable: true, hint: "The engine's own words are above." },
  TOOL_MISSING: { exit: 7, retryable: false, hint: "Install the named program." },
  IMAGE_NOT_FOUND: { exit: 7, retryable: false, hint: "Push the image first, or check its name and your credentials." },
  REGISTRY_UNREACHABLE: { exit: 7, retryable: true, hint: "Check that the registry runs and can be reached from here." },
  REGISTRY_REFUSED: { exit: 7, retryable: false, hint: "The registry's own words are above." },
  SOURCE_UNREACHABLE: {
    exit: 7,
    retryable: true,
    hint: "Run the named program by hand: what it writes to standard error is not shown here, because a secret may be in it.",
  },
  ADVISORIES_MISSING: {
    exit: 7,
    retryable: false,
    hint: "Fetch them: seaworthy db update; or build them from OSV records: seaworthy db build FILE...",
  },
  ADVISORIES_UNREACHABLE: {
    exit: 7,
    retryable: true,
    hint: "What was there before is still there. Try again later, name other mirrors (--mirror), or carry a file over: seaworthy db export, db import.",
  },
  ADVISORIES_STALE: {
    exit: 7,
    retryable: false,
    hint: "Fetch newer ones (seaworthy db update), or allow older ones: --max-age, x-seaworthy.policy.scan.maxAge.",
  },
  PROXY_UNREACHABLE: { exit: 7, retryable: true, hint: "See docker logs seaworthy-proxy." },
  BUILD_FAILED: { exit: 1, retryable: false, hint: "The failing step and its output are above." },
  DISK_FULL: { exit: 8, retryable: true, hint: "Free space on the named file system, then run again; nothing was changed." },
  PORT_TAKEN: { exit: 8, retryable: true, hint: "Free the port, or choose another in x-seaworthy.proxy." },
  PERMISSION_DENIED: { exit: 8, retryable: false, hint: "Run as a user who may do this." },
  DEADLINE: { exit: 8, retryable: true, hint: "It took longer than its deadline; nothing was changed." },
  INTERRUPTED: { exit: 130, retryable: true, hint: "Run seaworthy deploy --resume to go on." },
} as const satisfies Record<string, { exit: number; retryable: boolean; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Exit status of anything that carries no code: a bug of ours (sysexits EX_SOFTWARE). */
export const EXIT_BUG = 70;

export interface ErrorFacts {
  /** Replaces the table's hint where the place knows the next step better. */
  readonly hint?: string;
  /** Replaces the table's exit status: 143 for an interrupt by SIGTERM. */
  readonly exit?: number;
  readonly cause?: unknown;
  /** Structured facts for --json. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** All problems when there are several (one line each); the message is then their summary. */
  readonly problems?: readonly string[];
}

/** A failure that was foreseen. The message says what was tried, on what, and what came back. */
export class SeaworthyError extends Error {
  override readonly name = "SeaworthyError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly exit: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint ?? ERRORS[code].hint;
    this.exit = facts.exit ?? ERRORS[code].exit;
    this.details = facts.details ?? {};
    this.problems = facts.problems ?? [];
  }
}

export const isSeaworthyError = (error: unknown): error is SeaworthyError => error instanceof SeaworthyError;

/** True for the named codes only; anything else, bugs included, is left to the caller to rethrow. */
export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): boolean => isSeaworthyError(error) && codes.includes(error.code);

/** Exit status for anything thrown. */
export const exitOf = (error: unknown): number => (isSeaworthyError(error) ? error.exit : EXIT_BUG);

/** The words of anything thrown, for putting into a longer message. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
