import { type BaseImage, broughtBy } from "../inventory/index.ts";
import type { GateVulnerability } from "./gate/subject.ts";

/** Whose it is: the base image's where all packages that have it came with that; undefined where nobody knows where the base ends. */
export const originOf = ({ packages }: Pick<GateVulnerability, "packages">, base: BaseImage | undefined): "base" | "own" | undefined => {
  const origins = new Set(packages.map(({ layerIndex }) => broughtBy(layerIndex, base)));
  return origins.has("own") ? "own" : origins.has("base") ? "base" : undefined;
};

/** How much of what is known against an image came with its base. */
export interface BaseShare {
  readonly fromBase: number;
  /** Of those: that have a fix. */
  readonly fixedInBase: number;
  readonly own: number;
}

export const baseShare = (vulnerabilities: readonly GateVulnerability[], base: BaseImage | undefined): BaseShare | undefined => {
  if (base === undefined) return undefined;
  const fromBase = vulnerabilities.filter((one) => originOf(one, base) === "base");
  return {
    fromBase: fromBase.length,
    fixedInBase: fromBase.filter(({ fixed }) => fixed !== undefined).length,
    own: vulnerabilities.length - fromBase.length,
  };
};
