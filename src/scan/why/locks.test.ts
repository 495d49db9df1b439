import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { cyclonedx, type Inventory, inventoryOfFolder, spdx } from "../../inventory/index.ts";
import type { Vulnerability } from "../scan.ts";
import { why } from "./why.ts";

const inventoryOf = async (files: Readonly<Record<string, string>>): Promise<Inventory> => {
  const root = mkdtempSync(join(tmpdir(), "seaworthy-why-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await inventoryOfFolder(root, new AbortController().signal);
  } finally {
    rmSync(root, { recursive: true });
  }
};

const ask = (inventory: Inventory, name: string, fixed: string, ecosystem: string) => {
  const packages = inventory.packages.filter((one) => one.name === name);
  const known: Vulnerability = {
    id: "CVE-1",
    advisories: [],
    packages,
    ecosystem,
    state: "fixed",
    severities: [],
    name,
    version: packages[0]?.version ?? "",
    fixed,
  };
  return why("CVE-1", inventory, [known], undefined).packages.map(({ askedBy, changes }) => ({
    chain: askedBy.map((one) => `${one.name} ${one.version}`).join(" > "),
    changes: changes.map(({ what, command }) => command ?? what),
  }));
};

/** express asks for qs, which body asks for too; express and qs are what the project asks for, or express alone. */
const NUGET = {
  version: 1,
  dependencies: {
    "net8.0": {
      "Serilog.AspNetCore": { type: "Direct", requested: "[8.0.0, )", resolved: "8.0.0", dependencies: { "serilog.formatting": "2.0.0" } },
      "Serilog.Formatting": { type: "Transitive", resolved: "2.0.0", dependencies: { "System.Text.Json": "8.0.0" } },
      "System.Text.Json": { type: "Transitive", resolved: "8.0.0" },
      "own.lib": { type: "Project", dependencies: { Polly: "[8.0.0, )" } },
      Polly: { type: "CentralTransitive", resolved: "8.0.0" },
    },
  },
};

const BERRY = `__metadata:
  version: 8

"body@npm:^1.0.0":
  version: 1.0.0
  resolution: "body@npm:1.0.0"
  dependencies:
    qs: "npm:6.7.0"

"express@npm:^4.0.0":
  version: 4.17.1
  resolution: "express@npm:4.17.1"
  dependencies:
    body: "npm:^1.0.0"

"qs@npm:6.7.0":
  version: 6.7.0
  resolution: "qs@npm:6.7.0"

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    express: "npm:^4.0.0"
  languageName: unknown
`;

test.each([
  [
    "yarn 1, with package.json beside it",
    {
      "package.json": '{"name":"shop","version":"1.0.0","dependencies":{"express":"^4.0.0"}}',
      "yarn.lock":
        '# yarn lockfile v1\n\nexpress@^4.0.0:\n  version "4.17.1"\n  dependencies:\n    qs "6.7.0"\n\nother@^1.0.0:\n  version "1.0.0"\n  dependencies:\n    express "^4.0.0"\n\nqs@6.7.0:\n  version "6.7.0"\n',
    },
    "qs",
    "6.7.3",
    "npm",
    "shop 1.0.0 > express 4.17.1 > qs 6.7.0",
    ["yarn add express@latest", 'or ask for it over its head in package.json: "resolutions": {"qs": "6.7.3"}'],
  ],
  [
    "yarn 4",
    { "yarn.lock": BERRY },
    "qs",
    "6.7.3",
    "npm",
    "express 4.17.1 > body 1.0.0 > qs 6.7.0",
    ["yarn add express@latest", 'or ask for it over its head in package.json: "resolutions": {"qs": "6.7.3"}'],
  ],
  [
    "pnpm 5, one project",
    {
      "pnpm-lock.yaml":
        "lockfileVersion: 5.4\n\nspecifiers:\n  express: ^4.0.0\n  qs: ^6.7.0\n\ndependencies:\n  express: 4.17.1\n\npackages:\n\n  /express/4.17.1:\n    dependencies:\n      qs: 6.7.0\n\n  /other/1.0.0:\n    dependencies:\n      express: 4.17.1\n\n  /qs/6.7.0:\n    dev: false\n",
    },
    "qs",
    "6.7.3",
    "npm",
    "express 4.17.1 > qs 6.7.0",
    ["pnpm update express --latest", 'or ask for it over its head with pnpm\'s overrides: {"qs": "6.7.3"}'],
  ],
  [
    "pnpm 9, several projects, a peer in the key",
    {
      "pnpm-lock.yaml":
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    devDependencies:\n      other:\n        specifier: ^1.0.0\n        version: 1.0.0\n\n  packages/web:\n    dependencies:\n      '@s/express':\n        specifier: ^4.0.0\n        version: 4.17.1(react@18.0.0)\n\npackages:\n\n  '@s/express@4.17.1':\n    resolution: {integrity: x}\n\n  other@1.0.0:\n    resolution: {integrity: x}\n\n  qs@6.7.0:\n    resolution: {integrity: x}\n\nsnapshots:\n\n  '@s/express@4.17.1(react@18.0.0)':\n    dependencies:\n      qs: 6.7.0\n\n  other@1.0.0: {}\n\n  qs@6.7.0: {}\n",
    },
    "qs",
    "6.7.3",
    "npm",
    "express 4.17.1 > qs 6.7.0",
    ["pnpm update @s/express --latest", 'or ask for it over its head with pnpm\'s overrides: {"qs": "6.7.3"}'],
  ],
  [
    "Cargo: the crate that is locked is at the top, and what is compatible needs the lock alone",
    {
      "Cargo.lock":
        'version = 3\n\n[[package]]\nname = "chrono"\nversion = "0.4.19"\nsource = "registry+x"\ndependencies = [\n "time",\n]\n\n[[package]]\nname = "shop"\nversion = "0.1.0"\ndependencies = [\n "chrono",\n]\n\n[[package]]\nname = "time"\nversion = "0.1.43"\nsource = "registry+x"\n',
    },
    "time",
    "0.1.45",
    "crates.io",
    "shop 0.1.0 > chrono 0.4.19 > time 0.1.43",
    ["cargo update -p time --precise 0.1.45"],
  ],
  [
    "Cargo, to what is not compatible",
    {
      "Cargo.lock":
        'version = 4\n\n[[package]]\nname = "chrono"\nversion = "0.4.19"\nsource = "registry+x"\ndependencies = [\n "time",\n]\n\n[[package]]\nname = "shop"\nversion = "0.1.0"\ndependencies = [\n "chrono",\n]\n\n[[package]]\nname = "time"\nversion = "0.1.43"\nsource = "registry+x"\n',
    },
    "time",
    "0.2.23",
    "crates.io",
    "shop 0.1.0 > chrono 0.4.19 > time 0.1.43",
    ["cargo update -p chrono"],
  ],
  [
    "Poetry, with pyproject.toml beside it; the range allows it",
    {
      "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.12"\nrequests = {version = "^2.28", extras = ["socks"]}\n',
      "poetry.lock":
        '[[package]]\nname = "requests"\nversion = "2.28.0"\n\n[package.dependencies]\nurllib3 = ">=1.21.1,<1.27"\n\n[[package]]\nname = "tool"\nversion = "1.0"\n\n[package.dependencies]\nrequests = "*"\n\n[[package]]\nname = "urllib3"\nversion = "1.26.5"\n',
    },
    "urllib3",
    "1.26.17",
    "PyPI",
    "requests 2.28.0 > urllib3 1.26.5",
    ["poetry update urllib3"],
  ],
  [
    "PDM; the range does not",
    {
      "pyproject.toml":
        '[project]\nname = "shop"\ndependencies = [\n    "requests[socks]>=2.28",\n]\n\n[dependency-groups]\ndev = ["tool"]\n',
      "pdm.lock":
        '[[package]]\nname = "requests"\nversion = "2.28.0"\ngroups = ["default"]\ndependencies = [\n    "urllib3<1.27,>=1.21.1",\n]\n\n[[package]]\nname = "top"\nversion = "1.0"\ndependencies = ["requests"]\n\n[[package]]\nname = "urllib3"\nversion = "1.26.5"\n',
    },
    "urllib3",
    "2.0.6",
    "PyPI",
    "requests 2.28.0 > urllib3 1.26.5",
    ["pdm update --unconstrained requests"],
  ],
  [
    "uv: what the project's groups ask for, and the version of two that is meant",
    {
      "uv.lock":
        'version = 1\n\n[[package]]\nname = "requests"\nversion = "2.28.0"\nsource = { registry = "x" }\ndependencies = [\n    { name = "urllib3", version = "1.26.5", source = { registry = "x" }, marker = "python_full_version < \'3.8\'" },\n]\n\n[[package]]\nname = "shop"\nversion = "0.1.0"\nsource = { virtual = "." }\n\n[package.dev-dependencies]\ndev = [\n    { name = "requests" },\n]\n\n[[package]]\nname = "top"\nversion = "1.0"\nsource = { registry = "x" }\ndependencies = [\n    { name = "requests" },\n    { name = "urllib3", version = "2.0.0", source = { registry = "x" } },\n]\n\n[[package]]\nname = "urllib3"\nversion = "1.26.5"\nsource = { registry = "x" }\n',
    },
    "urllib3",
    "1.26.17",
    "PyPI",
    "requests 2.28.0 > urllib3 1.26.5",
    ["uv lock --upgrade-package urllib3==1.26.17"],
  ],
  [
    "Bundler",
    {
      "Gemfile.lock":
        "GEM\n  remote: https://rubygems.example/\n  specs:\n    rack (2.2.3)\n    sinatra (2.1.0)\n      rack (~> 2.2)\n    top (1.0)\n      sinatra\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  sinatra (~> 2.1)!\n",
    },
    "rack",
    "3.0.0",
    "RubyGems",
    "sinatra 2.1.0 > rack 2.2.3",
    ["bundle update sinatra"],
  ],
  [
    "Composer, with composer.json beside it",
    {
      "composer.json": '{"require":{"php":">=8","a/framework":"^1.0"}}',
      "composer.lock":
        '{"packages":[{"name":"a/framework","version":"v1.2.0","require":{"b/http":"^2"}},{"name":"b/http","version":"2.0.0"},{"name":"c/top","version":"1.0","require":{"a/framework":"*"}}]}',
    },
    "http",
    "3.0.0",
    "Packagist",
    "framework v1.2.0 > http 2.0.0",
    ["composer update a/framework --with-all-dependencies"],
  ],
  [
    "NuGet",
    { "packages.lock.json": JSON.stringify(NUGET) },
    "System.Text.Json",
    "8.0.4",
    "NuGet",
    "Serilog.AspNetCore 8.0.0 > Serilog.Formatting 2.0.0 > System.Text.Json 8.0.0",
    [
      "raise Serilog.AspNetCore (now 8.0.0) to a version that asks for System.Text.Json 8.0.4 or newer",
      "or ask for it over its head by itself: dotnet add package System.Text.Json --version 8.0.4",
    ],
  ],
  [
    "NuGet, of another project of the repository",
    { "packages.lock.json": JSON.stringify(NUGET) },
    "Polly",
    "8.1.0",
    "NuGet",
    "Polly 8.0.0",
    ["dotnet add package Polly --version 8.1.0"],
  ],
  [
    "Go, whose own words tell what is asked for",
    { "go.mod": "module example.com/app\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0 // indirect\n)\n" },
    "example.com/b",
    "1.1.0",
    "Go",
    "example.com/b v1.0.0",
    ["go get example.com/b@v1.1.0"],
  ],
] as const)("%s", async (_, files, name, fixed, ecosystem, chain, changes) => {
  expect(ask(await inventoryOf(files), name, fixed, ecosystem)).toEqual([{ chain, changes }]);
});

test("a workspace's package.json asks for what the lock file above it has, in the version that its range means", async () => {
  const inventory = await inventoryOf({
    "packages/web/package.json": '{"name":"web","version":"1.0.0","private":true,"dependencies":{"qs":"^6.0.0"}}',
    "yarn.lock":
      '# yarn lockfile v1\n\nold@^1.0.0:\n  version "1.0.0"\n  dependencies:\n    qs "^2.0.0"\n\nqs@^2.0.0:\n  version "2.0.0"\n\nqs@^6.0.0:\n  version "6.7.0"\n',
  });
  expect(ask(inventory, "qs", "6.7.3", "npm").map(({ chain }) => chain)).toEqual(["old 1.0.0 > qs 2.0.0", "web 1.0.0 > qs 6.7.0"]);
  expect(inventory.packages.filter(({ own }) => own === true).map(({ name }) => name)).toEqual(["web"]);
});

test("documents have what the project asks for itself below the project, also where something else needs it as well", async () => {
  const inventory = await inventoryOf({
    "pnpm-lock.yaml":
      "lockfileVersion: '6.0'\n\ndependencies:\n  a:\n    specifier: 1\n    version: 1.0.0\n  b:\n    specifier: 1\n    version: 1.0.0\n\npackages:\n\n  /a@1.0.0:\n    dependencies:\n      b: 1.0.0\n      c: 1.0.0\n\n  /b@1.0.0:\n    dev: false\n\n  /c@1.0.0:\n    dev: false\n",
  });
  const options = { image: "shop", tool: "1" };
  const { dependencies } = JSON.parse(cyclonedx(inventory, options)) as {
    dependencies: readonly { ref: string; dependsOn?: readonly string[] }[];
  };
  expect(dependencies).toEqual([
    { ref: "shop", dependsOn: ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"] },
    { ref: "pkg:npm/a@1.0.0", dependsOn: ["pkg:npm/b@1.0.0", "pkg:npm/c@1.0.0"] },
  ]);
  const { relationships } = JSON.parse(spdx(inventory, options)) as { relationships: readonly { relationshipType: string }[] };
  expect(relationships.filter(({ relationshipType }) => relationshipType === "DEPENDS_ON")).toHaveLength(4);
});
