/** How an image says it wants to be run (image-spec, config.md, "config"). Absent lists are empty, absent words are left out. */
export interface ImageRunConfig {
  readonly user?: string;
  readonly env: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDir?: string;
  /** `80/tcp`. */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly stopSignal?: string;
  /** What runs the shell form of a build on top of it (Docker's own addition). */
  readonly shell?: readonly string[];
  /** Instructions that a build on top of it begins with. */
  readonly onBuild?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The times are there only where the image's own configuration was read. */
  readonly healthcheck?: {
    readonly test: readonly string[];
    readonly intervalNs?: number;
    readonly timeoutNs?: number;
    readonly startPeriodNs?: number;
    readonly retries?: number;
  };
}
