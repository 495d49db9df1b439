import type { Range } from "../../../core/index.ts";
import type { Stage } from "../dockerfile.ts";
import type { HealthcheckInstruction, Instruction } from "../instructions/instruction.ts";
import type { Parts } from "../words/parts.ts";
import type { ExposedPorts } from "./ports.ts";
import { Layered } from "./layered.ts";

/** One value of an image's configuration, and who wrote it. */
export interface Setting<Value> {
  readonly value: Value;
  /** Absent: it comes with the base image. */
  readonly by?: { readonly instruction: Instruction; readonly stage: Stage; readonly range: Range };
}

/** CMD or ENTRYPOINT as the image has it. The shell form is run by the SHELL in force where it is written. */
export type CommandValue =
  | { readonly form: "exec"; readonly words: readonly string[] }
  | { readonly form: "shell"; readonly text: string; readonly shell: readonly string[] };

export type HealthcheckValue = Pick<
  HealthcheckInstruction,
  "command" | "intervalMs" | "timeoutMs" | "startPeriodMs" | "startIntervalMs" | "retries"
> & {
  readonly type: string;
  /** As a base image's configuration has it: `["CMD", "program"]`. */
  readonly test?: readonly string[];
};

/** A configuration as a base image has it: what is absent it does not set. */
export interface BaseConfig {
  readonly env: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workdir?: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly shell?: readonly string[];
  readonly stopSignal?: string;
  readonly healthcheck?: HealthcheckValue;
  /** `80/tcp` */
  readonly exposed?: readonly string[];
  readonly volumes?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * What a container of the stage gets. What is absent nothing in the file sets: it is the base image's, where there is one and its configuration
 * was not at hand, and otherwise the engine's default.
 */
export interface EffectiveConfig {
  readonly user?: Setting<Parts>;
  readonly workdir?: Setting<Parts>;
  readonly entrypoint?: Setting<CommandValue>;
  readonly cmd?: Setting<CommandValue>;
  /** The ENTRYPOINT that dropped the parent's or base image's CMD. */
  readonly cmdDroppedBy?: Setting<CommandValue>;
  readonly healthcheck?: Setting<HealthcheckValue>;
  readonly stopSignal?: Setting<Parts>;
  readonly shell?: Setting<readonly string[]>;
  readonly env: ReadonlyMap<string, Setting<Parts>>;
  readonly labels: ReadonlyMap<string, Setting<Parts>>;
  /** By `port/protocol` or `from-to/protocol`; a word that is not known by itself. */
  readonly exposed: ReadonlyMap<string, Setting<ExposedPorts | undefined>>;
  readonly volumes: ReadonlyMap<string, Setting<Parts>>;
}

type Single = Omit<EffectiveConfig, "env" | "labels" | "exposed" | "volumes">;

/** A configuration in the making: its parent's, and what one stage changes. */
export class ConfigDraft {
  single: Single;
  /** Whether CMD was written in this very stage. */
  ownCmd = false;
  readonly env: Layered<Setting<Parts>>;
  readonly labels: Layered<Setting<Parts>>;
  readonly exposed: Layered<Setting<ExposedPorts | undefined>>;
  readonly volumes: Layered<Setting<Parts>>;

  constructor(parent?: ConfigDraft) {
    this.single = parent?.single ?? {};
    this.env = new Layered(parent?.env);
    this.labels = new Layered(parent?.labels);
    this.exposed = new Layered(parent?.exposed);
    this.volumes = new Layered(parent?.volumes);
  }

  finish(): EffectiveConfig {
    const { env, labels, exposed, volumes } = this;
    // Whole maps are only made for whoever looks.
    return {
      ...this.single,
      get env() {
        return env.entries();
      },
      get labels() {
        return labels.entries();
      },
      get exposed() {
        return exposed.entries();
      },
      get volumes() {
        return volumes.entries();
      },
    };
  }
}
