import type { FoundPackage } from "../../inventory/index.ts";

/** How a package manager is told to take another version. Each may be absent: it has no such command. */
export interface Commands {
  /** What the project asks for itself, at that version. */
  readonly raise?: (name: string, version: string) => string;
  /** The newest of what the project asks for itself. */
  readonly newest?: (name: string) => string;
  /** What others ask for, within what they allow: the lock alone changes. */
  readonly update?: (name: string, version: string) => string;
  /** Over the head of who asks for it, a sentence's end. */
  readonly override?: (name: string, version: string) => string;
}

const NPM: Commands = {
  raise: (name, version) => `npm install ${name}@${version}`,
  newest: (name) => `npm install ${name}@latest`,
  update: (name) => `npm update ${name}`,
  override: (name, version) => `in package.json: "overrides": {"${name}": "${version}"}`,
};

const CARGO: Commands = {
  raise: (name, version) => `cargo update -p ${name} --precise ${version}`,
  newest: (name) => `cargo update -p ${name}`,
  update: (name, version) => `cargo update -p ${name} --precise ${version}`,
};

const GO: Commands = {
  raise: (name, version) => `go get ${name}@v${version.replace(/^v/, "")}`,
};

const BUNDLER: Commands = {
  raise: (name) => `bundle update --conservative ${name}`,
  newest: (name) => `bundle update ${name}`,
  update: (name) => `bundle update --conservative ${name}`,
};

const COMPOSER: Commands = {
  raise: (name, version) => `composer require ${name}:^${version.replace(/^v/, "")}`,
  newest: (name) => `composer update ${name} --with-all-dependencies`,
  update: (name) => `composer update ${name}`,
};

const DOTNET: Commands = {
  raise: (name, version) => `dotnet add package ${name} --version ${version}`,
  // NuGet takes what the project asks for itself before what others do (learn.microsoft.com/nuget, "Direct dependency wins").
  override: (name, version) => `by itself: dotnet add package ${name} --version ${version}`,
};

/** By the file that locks it. */
const BY_FILE: readonly (readonly [RegExp, Commands])[] = [
  [
    /(?:^|\/)yarn\.lock$/,
    {
      raise: (name, version) => `yarn add ${name}@^${version}`,
      newest: (name) => `yarn add ${name}@latest`,
      override: (name, version) => `in package.json: "resolutions": {"${name}": "${version}"}`,
    },
  ],
  [
    /(?:^|\/)pnpm-lock\.yaml$/,
    {
      raise: (name, version) => `pnpm add ${name}@^${version}`,
      newest: (name) => `pnpm update ${name} --latest`,
      update: (name) => `pnpm update --depth Infinity ${name}`,
      override: (name, version) => `with pnpm's overrides: {"${name}": "${version}"}`,
    },
  ],
  [/(?:^|\/)bun\.lock$/, { raise: (name, version) => `bun add ${name}@^${version}`, newest: (name) => `bun update ${name} --latest` }],
  [
    /(?:^|\/)poetry\.lock$/,
    {
      raise: (name, version) => `poetry add '${name}>=${version}'`,
      newest: (name) => `poetry add ${name}@latest`,
      update: (name) => `poetry update ${name}`,
    },
  ],
  [
    /(?:^|\/)uv\.lock$/,
    {
      raise: (name, version) => `uv add '${name}>=${version}'`,
      newest: (name) => `uv lock --upgrade-package ${name}`,
      update: (name, version) => `uv lock --upgrade-package ${name}==${version}`,
      override: (name, version) => `in pyproject.toml: [tool.uv] override-dependencies = ["${name}>=${version}"]`,
    },
  ],
  [
    /(?:^|\/)pdm\.lock$/,
    {
      raise: (name, version) => `pdm add '${name}>=${version}'`,
      newest: (name) => `pdm update --unconstrained ${name}`,
      update: (name) => `pdm update ${name}`,
    },
  ],
  [
    /(?:^|\/)Pipfile\.lock$/,
    { raise: (name, version) => `pipenv install '${name}>=${version}'`, update: (name, version) => `pipenv upgrade '${name}>=${version}'` },
  ],
];

const BY_TYPE: Readonly<Partial<Record<FoundPackage["type"], Commands>>> = {
  npm: NPM,
  pypi: { raise: (name, version) => `pip install '${name}>=${version}'`, update: (name, version) => `pip install '${name}>=${version}'` },
  gem: BUNDLER,
  composer: COMPOSER,
  cargo: CARGO,
  nuget: DOTNET,
  golang: GO,
};

/** Of the package manager whose lock file tells of a package, else of what is usual for its kind. */
export const commandsFor = ({ path, type }: Pick<FoundPackage, "path" | "type">): Commands =>
  BY_FILE.find(([file]) => file.test(path))?.[1] ?? BY_TYPE[type] ?? {};
