import { existsSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import type { Finding } from "../checklist/index.ts";
import { readTextFile, SourceText } from "../core/index.ts";
import type { Project, Service, RuleSettings } from "../project/index.ts";
import { parseDockerfile } from "../source/dockerfile/index.ts";
import { readIgnoreFile } from "./context-facts.ts";
import { placeOfSpot } from "./files.ts";
import { judge, type Judgement } from "./judge.ts";
import { dockerfileSubject } from "./kinds/dockerfile.ts";
import { buildkitErrors } from "./kinds/buildkit-errors.ts";
import { dockerfileSuppressions } from "./kinds/dockerfile-ignores.ts";
import type { AnyRule, Rule } from "./rule.ts";
import type { Severities } from "./severities.ts";
import type { Suppression } from "./suppression.ts";

/** A larger file is no Dockerfile. */
const MAX_BYTES = 4 * 1024 * 1024;

const ABOUT_USER = ["dockerfile/root-user", "dockerfile/user-missing", "dockerfile/numeric-user"];

/** Rules about what the service sets itself, whatever its image says. */
const overridden = ({ spec }: Service): ReadonlySet<string> =>
  new Set([
    ...(spec.user === undefined ? [] : ABOUT_USER),
    ...(spec.healthcheck === undefined ? [] : ["dockerfile/healthcheck"]),
    ...(spec.entrypoint === undefined ? [] : ["dockerfile/exec-form"]),
  ]);

/** As the user would name it: relative to the project when inside it. */
const nameOf = (path: string, { folder }: Project): string => {
  const name = relative(folder, path);
  return name.startsWith("..") || isAbsolute(name) ? path : name;
};

const isDockerfileRule = (rule: AnyRule): rule is Rule<"dockerfile"> => rule.kind === "dockerfile";

export interface ServiceDockerfiles {
  readonly judgements: readonly Judgement[];
  /** What several services build alike is said once. */
  readonly findings: readonly Finding[];
  readonly suppressions: readonly Suppression[];
}

/** Judges the Dockerfile of each service as its build uses it: with its arguments, target and ignore file. The evidence is the service's. */
export const judgeServiceDockerfiles = (
  project: Project,
  rules: readonly AnyRule[],
  settings: RuleSettings,
  severities?: Severities,
): ServiceDockerfiles => {
  const ofKind = rules.filter(isDockerfileRule);
  if (ofKind.length === 0) return { judgements: [], findings: [], suppressions: [] };
  const files = new Map<string, ReturnType<typeof parseDockerfile>>();
  const judgements = project.services.flatMap((service): readonly Judgement[] => {
    const { build, name } = service;
    // That it is missing is the build's own finding.
    if (build === undefined || !existsSync(build.dockerfile)) return [];
    const path = nameOf(build.dockerfile, project);
    const file = files.get(path) ?? parseDockerfile(new SourceText(path, readTextFile(build.dockerfile, MAX_BYTES)));
    files.set(path, file);
    const ignore = readIgnoreFile(build, project.folder);
    const given = dockerfileSubject(
      file,
      { ...settings, dockerfile: { ...settings.dockerfile, buildArgs: build.args } },
      { ...(build.target === undefined ? {} : { target: build.target }), ...(ignore === undefined ? {} : { ignore }) },
    );
    const place = placeOfSpot(given);
    const skipped = overridden(service);
    const asErrors = buildkitErrors(file, build.args["BUILDKIT_DOCKERFILE_CHECK"]);
    return ofKind
      .filter((rule) => !skipped.has(rule.id))
      .map((rule) =>
        judge<"dockerfile">(rule, given, {
          subject: { kind: "service", service: name },
          name: `${given.name} of ${name}`,
          place: (at) => ({ ...place(at), service: name }),
          severities: (finding) => {
            const here = asErrors(finding);
            return severities?.(here) ?? here;
          },
        }),
      );
  });
  const seen = new Set<string>();
  return {
    judgements,
    findings: judgements
      .flatMap((judgement) => judgement.findings)
      .filter(({ rule, path, range, message }) => {
        const key = JSON.stringify([rule, path, range?.start.offset, message]);
        return !seen.has(key) && seen.add(key);
      }),
    suppressions: [...files.values()].flatMap((file) => dockerfileSuppressions(file, settings)),
  };
};
