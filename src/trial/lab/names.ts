/** Everything a trial makes carries it, with the run's id. */
export const TRIAL_LABEL = "dev.seaworthy.trial";
/** When the run began, in milliseconds since the epoch: what is older than any run takes was left behind. */
export const TRIAL_SINCE = "dev.seaworthy.trial.since";
/** Process and machine of the run, so that a living one is left alone. */
export const TRIAL_OWNER = "dev.seaworthy.trial.owner";

/** A user that no image has: what a probe runs is told from what the container runs by it. */
export const PROBE_UID = 64_123;

/** What keeps a probe there; it comes from outside, so its parent is none of the container's. */
export const PROBE_PROGRAM: readonly string[] = ["/bin/busybox", "sleep", "3600"];
