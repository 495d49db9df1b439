import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const CACHE = join(homedir(), ".cache", "seaworthy-bench", "container-tools");
const PACKAGES = ["buildah", "podman", "conmon", "libsubid4"];

export interface ContainerTools {
  readonly buildah: string;
  readonly podman: string;
  readonly conmon: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Debian's buildah and podman, fetched once through apt and unpacked without installing them. Undefined where there is no apt, or it reaches nothing. */
export const containerTools = (): ContainerTools | undefined => {
  if (!existsSync(CACHE)) {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-container-tools-"));
    try {
      const quiet = { cwd: folder, stdio: "ignore", timeout: 120_000 } as const;
      execFileSync("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", ...PACKAGES], quiet);
      for (const archive of readdirSync(folder).filter((name) => name.endsWith(".deb")))
        execFileSync("dpkg-deb", ["-x", archive, "unpacked"], quiet);
      mkdirSync(join(CACHE, ".."), { recursive: true });
      execFileSync("cp", ["-r", join(folder, "unpacked"), `${CACHE}.${process.pid}`], quiet);
      renameSync(`${CACHE}.${process.pid}`, CACHE);
    } catch {
      if (!existsSync(CACHE)) return undefined;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const bin = join(CACHE, "usr", "bin");
  const libraries = readdirSync(join(CACHE, "usr", "lib"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-linux-gnu"))
    .map(({ name }) => join(CACHE, "usr", "lib", name));
  return {
    buildah: join(bin, "buildah"),
    podman: join(bin, "podman"),
    conmon: join(bin, "conmon"),
    env: { PATH: process.env["PATH"] ?? "", HOME: homedir(), LD_LIBRARY_PATH: libraries.join(":") },
  };
};
