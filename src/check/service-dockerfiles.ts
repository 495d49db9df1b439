import { existsSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import type { Finding } from "../checklist/index.ts";
import { formatPlatform, formatReference, readTextFile, SourceText } from "../core/index.ts";
import type { BuildInput, Project, Service, RuleSettings } from "../project/index.ts";
import { type Dockerfile, type EvaluateOptions, parseDockerfile } from "../source/dockerfile/index.ts";
import type { IgnoreFile } from "../source/dockerignore/index.ts";
import { type BaseUse, basesOf, inBuildOf, type KnownBases } from "./base-images.ts";
import { readIgnoreFile } from "./context-facts.ts";
import { type ExpectedRun, expectedOf } from "./expected-run.ts";
import { placeOfSpot, problemFinding } from "./files.ts";
import { judge, type Judgement } from "./judge.ts";
import { dockerfileSubject, refusalOf } from "./kinds/dockerfile.ts";
import { buildkitErrors } from "./kinds/buildkit-errors.ts";
import { dockerfileSuppressions } from "./kinds/dockerfile-ignores.ts";
import type { AnyRule, Rule } from "./rule.ts";
import type { Severities } from "./severities.ts";
import type { DockerfileSubject } from "./subject.ts";
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

interface ServiceDockerfile {
  readonly service: Service;
  readonly build: BuildInput;
  readonly file: Dockerfile;
  readonly ignore?: IgnoreFile;
}

const known = new WeakMap<Project, readonly ServiceDockerfile[]>();

/** The Dockerfile of each service that is built; several may share one, which is parsed once. `replaced`: texts instead of what is on disk, by absolute path. */
const serviceDockerfiles = (project: Project, replaced?: ReadonlyMap<string, string>): readonly ServiceDockerfile[] => {
  const before = known.get(project);
  if (before !== undefined) return before;
  const files = new Map<string, Dockerfile>();
  const found = project.services.flatMap((service): readonly ServiceDockerfile[] => {
    const { build } = service;
    // That it is missing is the build's own finding.
    if (build === undefined || !existsSync(build.dockerfile)) return [];
    const path = nameOf(build.dockerfile, project);
    const text = (): string => replaced?.get(build.dockerfile) ?? readTextFile(build.dockerfile, MAX_BYTES);
    const file = files.get(path) ?? parseDockerfile(new SourceText(path, text()));
    files.set(path, file);
    const ignore = readIgnoreFile(build, project.folder);
    return [{ service, build, file, ...(ignore === undefined ? {} : { ignore }) }];
  });
  known.set(project, found);
  return found;
};

const evaluateOptions = ({ build: { args, target } }: ServiceDockerfile): EvaluateOptions => ({
  buildArgs: args,
  ...(target === undefined ? {} : { target }),
});

/** The images that a project's services are built on or run. */
export const projectBases = (project: Project, replaced?: ReadonlyMap<string, string>): readonly BaseUse[] => [
  ...serviceDockerfiles(project, replaced).flatMap((one) => basesOf(one.file, evaluateOptions(one)).map(inBuildOf(one.service, project))),
  ...project.services.flatMap(({ build, spec: { image, platform } }): readonly BaseUse[] =>
    build !== undefined || image === undefined
      ? []
      : [{ reference: formatReference(image), ...(platform === undefined ? {} : { platform: formatPlatform(platform) }) }],
  ),
];

/** The Dockerfile of a service with what its build gives it: arguments, target, ignore file, and the images it is built on, where they are known. */
const subjectOf = (project: Project, one: ServiceDockerfile, settings: RuleSettings, bases: KnownBases | undefined): DockerfileSubject => {
  const inBuild = inBuildOf(one.service, project);
  return dockerfileSubject(
    one.file,
    { ...settings, dockerfile: { ...settings.dockerfile, buildArgs: one.build.args } },
    {
      ...evaluateOptions(one),
      ...(one.ignore === undefined ? {} : { ignore: one.ignore }),
      ...(bases === undefined
        ? {}
        : {
            bases: (reference, platform) => {
              const use = inBuild({ reference, ...(platform === undefined ? {} : { platform }) });
              return bases(use.reference, use.platform);
            },
          }),
    },
  );
};

/** The Dockerfiles of services, evaluated as their builds use them. */
export type EvaluatedDockerfiles = ReadonlyMap<Service, DockerfileSubject>;

export const evaluateServiceDockerfiles = (
  project: Project,
  settings: RuleSettings,
  { bases, replaced }: { readonly bases?: KnownBases | undefined; readonly replaced?: ReadonlyMap<string, string> | undefined },
): EvaluatedDockerfiles =>
  new Map(serviceDockerfiles(project, replaced).map((one) => [one.service, subjectOf(project, one, settings, bases)]));

/** How images that are not there will run, by service: by their Dockerfiles, or as an engine or registry has them. */
export const expectedRuns = (
  project: Project,
  dockerfiles: EvaluatedDockerfiles,
  bases: KnownBases | undefined,
): ReadonlyMap<string, ExpectedRun> =>
  new Map(
    project.services.flatMap((service): readonly (readonly [string, ExpectedRun])[] => {
      const { name, build, spec } = service;
      const target = dockerfiles.get(service)?.target;
      if (target !== undefined) return [[name, expectedOf(target)]];
      if (build !== undefined || spec.image === undefined) return [];
      const config = bases?.(formatReference(spec.image), spec.platform === undefined ? undefined : formatPlatform(spec.platform));
      return config === undefined ? [] : [[name, { config, isWhole: true, from: "image" }]];
    }),
  );

/** Judges the Dockerfile of each service as its build uses it. The evidence is the service's. */
export const judgeServiceDockerfiles = (
  dockerfiles: EvaluatedDockerfiles,
  rules: readonly AnyRule[],
  settings: RuleSettings,
  severities?: Severities,
): ServiceDockerfiles => {
  const ofKind = rules.filter(isDockerfileRule);
  if (ofKind.length === 0) return { judgements: [], findings: [], suppressions: [] };
  const files = [...new Set([...dockerfiles.values()].map(({ file }) => file))];
  const judgements = [...dockerfiles].flatMap(([service, given]): readonly Judgement[] => {
    if (given.file.refused !== undefined) return [];
    const { name } = service;
    const place = placeOfSpot(given);
    const skipped = overridden(service);
    const asErrors = buildkitErrors(given.file, service.build?.args["BUILDKIT_DOCKERFILE_CHECK"]);
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
    findings: [...files.flatMap(refusalOf).map(problemFinding), ...judgements.flatMap((judgement) => judgement.findings)].filter(
      ({ rule, path, range, message }) => {
        const key = JSON.stringify([rule, path, range?.start.offset, message]);
        return !seen.has(key) && seen.add(key);
      },
    ),
    suppressions: files.flatMap((file) => dockerfileSuppressions(file, settings)),
  };
};
