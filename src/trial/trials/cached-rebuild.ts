import type { Rebuilt } from "../subject.ts";
import type { Reading, Trial } from "../trial.ts";

/** Commands that fetch what the program depends on, of the package managers there are. */
const INSTALLS =
  /\b(?:npm (?:ci|i|install)|yarn(?: install|(?=\s*(?:&&|$)))|pnpm (?:i|install|fetch)|bun install|pip3? install|poetry install|pipenv (?:install|sync)|uv (?:sync|pip)|bundle install|composer install|go mod download|cargo fetch|mvn\b.*\bdependency|gradlew?\b.*\bdependencies|dotnet restore|mix deps\.get|apt-get|apk add|dnf|yum|microdnf|zypper)\b/;

/** The instruction of a step: BuildKit writes `[deps 3/4] RUN npm ci`. */
const instructionOf = (name: string): string => name.replace(/^\[[^\]]*\] /, "");

export const isInstall = (name: string): boolean => /^RUN\b/.test(instructionOf(name)) && INSTALLS.test(name);

/** What the two builds show. */
export const readingOf = ({ file, steps }: Rebuilt): Reading => {
  if (file === undefined) return { state: "not-tried", because: "none of the source files that were changed is part of the image" };
  const anew = steps.filter(({ cached }) => !cached);
  const measured = {
    file,
    steps: steps.length,
    anew: anew.map(({ name, seconds }) => `${name} (${seconds} s)`.slice(0, 160)),
    anewSeconds: Math.round(anew.reduce((sum, { seconds }) => sum + seconds, 0) * 10) / 10,
  };
  const installs = anew.filter(({ name }) => isInstall(name));
  const [first] = installs;
  if (first !== undefined)
    return {
      state: "disproved",
      because: `an empty line at the end of ${file} made it install anew: ${instructionOf(first.name).slice(0, 120)} (${first.seconds} s)`,
      measured,
    };
  if (!steps.some(({ name }) => isInstall(name)))
    return { state: "not-tried", because: "its build installs nothing that is known as installing", measured };
  return {
    state: "proven",
    because: `an empty line at the end of ${file} made ${anew.length} of ${steps.length} steps run anew, and none that installs`,
    measured,
    unless: "it is this builder's cache; one that is empty, as on many build machines, has to keep it somewhere",
  };
};

export const cachedRebuild: Trial = {
  id: "cached-rebuild",
  items: ["cached-layers"],
  proves: ["cached-layers"],
  level: "deep",
  summary: "A change of the source alone installs nothing anew.",
  why: "Dependencies that are fetched again for each changed line make every build minutes longer, and every deploy in a hurry. And what is fetched anew may be another version.",
  method:
    "A copy of the build's context is built, an empty line is added to one source file, and it is built again: no step that installs packages may run the second time. Nothing of the project is touched.",
  source: "https://docs.docker.com/build/cache/optimize/#order-your-layers",
  alone: true,
  applies: ({ rebuild }) => (rebuild === undefined ? "it is not built here: its image is taken as it is" : true),
  run: async (lab) => {
    const { rebuild } = lab.subject;
    if (rebuild === undefined) return { state: "not-tried", because: "it is not built here" };
    return readingOf(await rebuild());
  },
};
