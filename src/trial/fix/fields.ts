import { parseByteSize, parseDuration } from "../../core/index.ts";
import type { ContainerSpec } from "../../project/index.ts";
import type { Proposal } from "../trial.ts";

type Value = Proposal["value"];

/** What a field of the compose file means once it is read, so that what was written can be held against what was meant. */
export interface Field {
  /** What of the container it decides; the rest must stay. */
  readonly part: keyof ContainerSpec;
  /** Whether the container is so already, or stricter. Of limits and times: that they leave as much room. */
  readonly holds: (spec: ContainerSpec, value: Value) => boolean;
  /** Another way to write the same, which must not contradict it. */
  readonly otherwise?: readonly string[];
  /** What makes two items of a list the same thing. */
  readonly identity?: (item: string) => string;
}

const listOf = (value: Value): readonly string[] => (typeof value === "object" ? value : [String(value)]);
const bare = (capability: string): string => capability.trim().toUpperCase().replace(/^CAP_/, "");
const optionName = (option: string): string => option.trim().split(/[:=]/, 1)[0] ?? "";
const mountTarget = (item: string): string => (item.split(":", 1)[0] ?? "").replace(/(?<=.)\/+$/, "");
const atLeast = (there: number | undefined, wanted: number): boolean => there !== undefined && there >= wanted;

const noNewPrivileges = (options: readonly string[]): boolean =>
  options.some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option.trim()));

/** Every field that trials propose, by its path below the service. */
export const FIELDS: Readonly<Record<string, Field>> = {
  read_only: { part: "readOnlyRoot", holds: ({ readOnlyRoot }, value) => readOnlyRoot === value },
  init: { part: "init", holds: ({ init }, value) => init === value },
  user: { part: "user", holds: ({ user }, value) => user === String(value) },
  cap_drop: {
    part: "capDrop",
    identity: bare,
    holds: ({ capDrop }, value) => {
      const dropped = capDrop.map(bare);
      return dropped.includes("ALL") || listOf(value).every((one) => dropped.includes(bare(one)));
    },
  },
  cap_add: {
    part: "capAdd",
    identity: bare,
    holds: ({ capAdd }, value) => listOf(value).every((one) => capAdd.some((there) => bare(there) === bare(one))),
  },
  security_opt: {
    part: "securityOpt",
    identity: optionName,
    holds: ({ securityOpt }, value) =>
      listOf(value).every((one) => securityOpt.includes(one) || (noNewPrivileges([one]) && noNewPrivileges(securityOpt))),
  },
  tmpfs: {
    part: "mounts",
    identity: mountTarget,
    holds: ({ mounts }, value) => listOf(value).every((one) => mounts.some(({ target }) => mountTarget(target) === mountTarget(one))),
  },
  "deploy.resources.limits.memory": {
    part: "resources",
    otherwise: ["mem_limit"],
    holds: ({ resources }, value) => atLeast(resources.memoryBytes, parseByteSize(String(value))),
  },
  memswap_limit: {
    part: "resources",
    holds: ({ resources: { memoryBytes = 0, memorySwapBytes = -1 } }, value) =>
      memorySwapBytes > 0 && memorySwapBytes <= Math.max(memoryBytes, parseByteSize(String(value))),
  },
  "deploy.resources.limits.cpus": {
    part: "resources",
    otherwise: ["cpus"],
    holds: ({ resources }, value) => atLeast(resources.cpus, Number(value)),
  },
  "deploy.resources.limits.pids": {
    part: "resources",
    otherwise: ["pids_limit"],
    holds: ({ resources }, value) => atLeast(resources.pids, Number(value)),
  },
  "ulimits.nofile": {
    part: "ulimits",
    holds: ({ ulimits }, value) => ulimits.some(({ name, soft }) => name === "nofile" && (soft === -1 || soft >= Number(value))),
  },
  stop_grace_period: {
    part: "stopGraceSeconds",
    holds: ({ stopGraceSeconds }, value) => stopGraceSeconds >= parseDuration(String(value)) / 1000,
  },
  "logging.driver": { part: "logging", holds: ({ logging }, value) => logging?.driver === value },
  "logging.options.max-size": {
    part: "logging",
    holds: ({ logging }, value) => parseByteSize(logging?.options["max-size"] ?? "1000g") <= parseByteSize(String(value)),
  },
  "healthcheck.start_period": {
    part: "healthcheck",
    holds: ({ healthcheck }, value) => atLeast(healthcheck?.startPeriodMs, parseDuration(String(value))),
  },
  "healthcheck.timeout": {
    part: "healthcheck",
    holds: ({ healthcheck }, value) => atLeast(healthcheck?.timeoutMs, parseDuration(String(value))),
  },
  "healthcheck.interval": {
    part: "healthcheck",
    holds: ({ healthcheck }, value) => healthcheck?.intervalMs === parseDuration(String(value)),
  },
};
