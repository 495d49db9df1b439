import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatPlatform, type Platform, samePlatform, SeaworthyError } from "../../core/index.ts";
import type { EngineInfo } from "../../engine/index.ts";

/** Kernel names of the emulators that run other machines' programs (qemu-user's binfmt entries). */
const EMULATORS: Readonly<Record<string, string>> = {
  amd64: "qemu-x86_64",
  arm64: "qemu-aarch64",
  arm: "qemu-arm",
  "386": "qemu-i386",
  ppc64le: "qemu-ppc64le",
  s390x: "qemu-s390x",
  riscv64: "qemu-riscv64",
};

const isEmulated = (platform: Platform, binfmt: string): boolean => {
  const entry = join(binfmt, EMULATORS[platform.architecture] ?? "none");
  return platform.os === "linux" && existsSync(entry) && readFileSync(entry, "utf8").startsWith("enabled");
};

/**
 * The platforms to build: those that are asked for, else the engine's own.
 * @param binfmt where the kernel lists its emulators; read only for an engine of this machine.
 * @throws PLATFORM_MISSING for one that this engine cannot run the steps of
 */
export const platformsFor = (
  asked: readonly Platform[],
  engine: Pick<EngineInfo, "platform" | "address">,
  binfmt = "/proc/sys/fs/binfmt_misc",
): readonly Platform[] => {
  if (asked.length === 0) return [engine.platform];
  const isHere = engine.address.startsWith("unix:");
  for (const platform of asked) {
    if (samePlatform(platform, engine.platform) || (isHere && isEmulated(platform, binfmt))) continue;
    throw new SeaworthyError(
      "PLATFORM_MISSING",
      `the engine at ${engine.address} builds ${formatPlatform(engine.platform)}, not ${formatPlatform(platform)}`,
      {
        hint: `Install its emulator (Debian: qemu-user-static), build on a machine with that processor, or take ${formatPlatform(platform)} out of the platforms.`,
      },
    );
  }
  return asked;
};
