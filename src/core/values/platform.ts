import { SeaworthyError } from "../errors.ts";

/** Operating system and architecture as the OCI image index names them (image-spec, image-index.md). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const ALIASES: Readonly<Record<string, { architecture: string; variant?: string }>> = {
  x86_64: { architecture: "amd64" },
  "x86-64": { architecture: "amd64" },
  aarch64: { architecture: "arm64" },
  armhf: { architecture: "arm", variant: "v7" },
  armv7l: { architecture: "arm", variant: "v7" },
  i386: { architecture: "386" },
};

/** Reads `linux/amd64`, `linux/arm/v7`; normalises machine names (`x86_64`) and drops arm64's implied v8, as containerd does. @throws INPUT_INVALID */
export const parsePlatform = (text: string): Platform => {
  const [os, machine, variant, ...rest] = text.split("/");
  if (!os || !machine || rest.length > 0 || !/^[a-z0-9_/-]+$/.test(text))
    throw new SeaworthyError("INPUT_INVALID", `"${text.slice(0, 160)}" is not a platform: expected os/architecture, as in linux/amd64`);
  return normalisePlatform({ os, architecture: machine, ...(variant === undefined ? {} : { variant }) });
};

export const normalisePlatform = (platform: Platform): Platform => {
  const known = ALIASES[platform.architecture];
  const architecture = known?.architecture ?? platform.architecture;
  const variant = platform.variant ?? known?.variant;
  const implied = architecture === "arm64" && variant === "v8";
  return { os: platform.os, architecture, ...(variant === undefined || variant === "" || implied ? {} : { variant }) };
};

export const formatPlatform = (platform: Platform): string =>
  [platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined && part !== "").join("/");

/** Whether an image for `have` runs on a machine of `want`. A variant that either side leaves out matches any. */
export const samePlatform = (have: Platform, want: Platform): boolean => {
  const a = normalisePlatform(have);
  const b = normalisePlatform(want);
  return (
    a.os === b.os && a.architecture === b.architecture && (a.variant === undefined || b.variant === undefined || a.variant === b.variant)
  );
};

/** What containers on this machine are made for: Linux, whatever it is itself. */
export const HERE: Platform = parsePlatform(`linux/${process.arch === "x64" ? "amd64" : process.arch}`);
