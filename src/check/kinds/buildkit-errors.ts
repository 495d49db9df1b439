import type { Dockerfile } from "../../source/dockerfile/index.ts";
import { findNames } from "../names.ts";
import { asWritten, type Severities } from "../severities.ts";

const ERROR = /(?:^|;)\s*error\s*=\s*(?:true|1|t)\s*(?:;|$)/i;

/**
 * `# check=error=true`: what BuildKit's own checks warn of fails the build, and so is an error here too. `given`: the build argument
 * BUILDKIT_DOCKERFILE_CHECK, which stands for the directive.
 */
export const buildkitErrors = (file: Dockerfile, given: string | undefined): Severities => {
  const written = given ?? file.directives.find(({ name }) => name === "check")?.value ?? "";
  if (!ERROR.test(written.split(/\s\/\//, 1)[0] ?? "")) return asWritten;
  return (finding) => {
    const said = finding.peers ?? findNames(finding.rule)[0]?.aliases ?? [];
    const isBuildkit = finding.path === file.source.path && said.some((alias) => alias.startsWith("buildkit:"));
    return isBuildkit ? { ...finding, severity: "error" } : finding;
  };
};
