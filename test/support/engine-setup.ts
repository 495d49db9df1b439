import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The engine tests need what script/setup provides; without it they fail here with one sentence instead of everywhere obscurely. What they call is the package
 * as it is published, made once for a run: the working copy takes several times as long to start.
 */
export default function setup(): () => void {
  if (process.env["DOCKER_HOST"] === undefined && !existsSync("/var/run/docker.sock"))
    throw new Error("no container engine answers: run script/setup first (script/test does)");
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-package-"));
  execFileSync(process.execPath, [resolve(import.meta.dirname, "../../script/bundle.ts"), join(folder, "package")], { stdio: "pipe" });
  process.env["SEAWORTHY_E2E_PACKAGE"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
