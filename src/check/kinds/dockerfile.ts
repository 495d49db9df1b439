import { isSeaworthyError, type SourceText } from "../../core/index.ts";
import type { Problem } from "../../source/index.ts";
import { type BaseConfig, type Dockerfile, evaluate, type EvaluateOptions, parseDockerfile } from "../../source/dockerfile/index.ts";
import { type IgnoreFile, parseIgnoreFile } from "../../source/dockerignore/index.ts";
import type { RuleSettings } from "../../project/index.ts";
import { drained } from "../drained.ts";
import { asBase, basesOf, type BaseUse, type KnownBases } from "../base-images.ts";
import type { DockerfileSubject } from "../subject.ts";
import { buildkitErrors } from "./buildkit-errors.ts";
import { dockerfileSuppressions } from "./dockerfile-ignores.ts";
import type { FileKind } from "./file-kind.ts";

const NAME = /(?:^|\/)(?:(?:Docker|Container)file(?:\.[^/]+)?|[^/]+\.(?:docker|container)file)$/i;
const IGNORE_FILE = /(?:^|\/)[^/]*\.dockerignore$/;
const BEGINS = /^\s*(?:FROM|ARG)[ \t]/im;

/** A Dockerfile as the rules are given it. */
export const dockerfileSubject = (
  file: Dockerfile,
  settings: RuleSettings,
  options: Omit<EvaluateOptions, "baseConfig"> & { readonly ignore?: IgnoreFile; readonly bases?: KnownBases } = {},
): DockerfileSubject => {
  const { ignore, bases, ...rest } = options;
  const baseConfig = (image: string, platform: string | undefined): BaseConfig | undefined => {
    const config = bases?.(image, platform);
    return config === undefined ? undefined : asBase(config);
  };
  const evaluation = evaluate(file, { buildArgs: settings.dockerfile?.buildArgs ?? {}, baseConfig, ...rest });
  const { target } = evaluation;
  const spot = target?.stage.from?.head ?? file.instructions[0]?.head ?? file.source.range(0, 0);
  return {
    source: file.source,
    name: "the Dockerfile",
    spot,
    settings,
    file,
    evaluation,
    ...(target === undefined ? {} : { target }),
    ...(ignore === undefined ? {} : { ignore }),
  };
};

const readIgnore = (source: SourceText): readonly (readonly [string, IgnoreFile])[] => {
  try {
    return [[source.path, parseIgnoreFile(source.path, source.text)]];
  } catch (error) {
    // Broken patterns are the build context's own finding.
    if (isSeaworthyError(error)) return [];
    throw error;
  }
};

/** The ignore file of a Dockerfile's build: the one that bears its name before that of its folder, which mostly is the context. */
const ignoreOf = (path: string, ignores: ReadonlyMap<string, IgnoreFile>): IgnoreFile | undefined =>
  ignores.get(`${path}.dockerignore`) ?? ignores.get(`${path.slice(0, path.lastIndexOf("/") + 1)}.dockerignore`);

const known = new WeakMap<SourceText, Dockerfile>();

const parsed = (source: SourceText): Dockerfile => {
  const file = known.get(source) ?? parseDockerfile(source);
  known.set(source, file);
  return file;
};

/** That a file is over the limits of a Dockerfile, when it is. */
export const refusalOf = ({ source, refused }: Dockerfile): readonly Problem[] =>
  refused === undefined ? [] : [{ code: "INPUT_TOO_LARGE", place: { path: source.path, range: source.range(0, 0) }, message: refused }];

/** The images that a Dockerfile of no service is built on. */
export const dockerfileBases = (source: SourceText, settings: RuleSettings): readonly BaseUse[] =>
  IGNORE_FILE.test(source.path) ? [] : basesOf(parsed(source), { buildArgs: settings.dockerfile?.buildArgs ?? {} });

/** Dockerfiles by their names, together with the ignore files that lie beside them. */
export const dockerfileKind = Object.freeze<FileKind<"dockerfile">>({
  kind: "dockerfile",
  mayBe: (path) => NAME.test(path) || IGNORE_FILE.test(path),
  is: (source) => IGNORE_FILE.test(source.path) || BEGINS.test(source.text),
  defaultPath: "Dockerfile",
  read: (sources, settings, bases) => {
    const given = settings.dockerfile?.buildArgs?.["BUILDKIT_DOCKERFILE_CHECK"];
    const ignores = new Map(sources.filter(({ path }) => IGNORE_FILE.test(path)).flatMap(readIgnore));
    const all = sources.filter(({ path }) => !IGNORE_FILE.test(path)).map(parsed);
    const files = all.filter(({ refused }) => refused === undefined);
    const asErrors = files
      .filter(({ directives }) => directives.some(({ name }) => name === "check") || given !== undefined)
      .map((file) => buildkitErrors(file, given));
    return {
      subjects: drained(files).map((file) => {
        known.delete(file.source);
        const ignore = ignoreOf(file.source.path, ignores);
        return dockerfileSubject(file, settings, {
          ...(ignore === undefined ? {} : { ignore }),
          ...(bases === undefined ? {} : { bases }),
        });
      }),
      problems: all.flatMap(refusalOf),
      suppressions: files.flatMap((file) => dockerfileSuppressions(file, settings)),
      severities: (finding) => asErrors.reduce((one, severities) => severities(one), finding),
    };
  },
});
