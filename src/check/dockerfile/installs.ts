import type { ShellCommand } from "../../source/shell/index.ts";
import { wordsOf } from "./commands.ts";

/** Words that are no options. */
const plain = (command: ShellCommand): readonly string[] => wordsOf(command).filter((word) => !word.startsWith("-"));

/** Package managers whose work depends on a manifest of the project, by program: whether a command installs what the manifest says. */
const FROM_MANIFEST: Readonly<Record<string, (command: ShellCommand) => boolean>> = {
  npm: (command) => /^(?:ci|clean-install|i|install|install-clean)$/.test(plain(command)[0] ?? "") && plain(command).length === 1,
  yarn: (command) => (plain(command)[0] ?? "install") === "install",
  pnpm: (command) => /^(?:i|install|fetch)$/.test(plain(command)[0] ?? ""),
  bun: (command) => /^(?:i|install)$/.test(plain(command)[0] ?? "") && plain(command).length === 1,
  pip: (command) => plain(command)[0] === "install" && wordsOf(command).some((word) => /^(?:-r|--requirement(?:=.*)?)$|^-r./.test(word)),
  poetry: (command) => plain(command)[0] === "install",
  uv: (command) =>
    plain(command)[0] === "sync" || (plain(command)[0] === "pip" && wordsOf(command).some((word) => /^(?:-r|--requirements?)/.test(word))),
  pipenv: (command) => /^(?:install|sync)$/.test(plain(command)[0] ?? "") && plain(command).length === 1,
  bundle: (command) => plain(command)[0] === "install",
  composer: (command) => plain(command)[0] === "install",
  go: (command) => plain(command)[0] === "mod" && plain(command)[1] === "download",
  cargo: (command) => plain(command)[0] === "fetch" || (plain(command)[0] === "chef" && plain(command)[1] === "cook"),
  dotnet: (command) => plain(command)[0] === "restore",
  mix: (command) => plain(command)[0] === "deps.get",
  mvn: (command) => plain(command).some((word) => /^dependency:(?:go-offline|resolve)/.test(word)),
};
const SAME: Readonly<Record<string, string>> = { pip3: "pip", mvnw: "mvn", npx: "" };

/** Whether a command installs the dependencies that a manifest of the project lists. */
export const installsDependencies = (command: ShellCommand): boolean => {
  const name = Object.hasOwn(SAME, command.name) ? (SAME[command.name] ?? "") : command.name;
  return Object.hasOwn(FROM_MANIFEST, name) && FROM_MANIFEST[name]?.(command) === true;
};

/** Whether it installs packages of the system, which depend on nothing in the project. */
export const installsSystemPackages = (command: ShellCommand): boolean => {
  const [verb = ""] = plain(command);
  return /^(?:apt-get|apt|dnf|yum|microdnf|zypper)$/.test(command.name)
    ? /^(?:install|in)$/.test(verb)
    : command.name === "apk" && verb === "add";
};

/** Files that say what to install, by name. */
const MANIFEST =
  /^(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-[\w-]+\.yaml|bun\.lockb?|\.npmrc|\.yarnrc(?:\.yml)?|\.yarn|\.pnpmfile\.c?js|turbo\.json|nx\.json|lerna\.json|requirements[\w.-]*|constraints[\w.-]*|pyproject\.toml|poetry\.lock|uv\.lock|Pipfile(?:\.lock)?|setup\.(?:py|cfg)|Gemfile(?:\.lock)?|[\w-]+\.gemspec|\.ruby-version|composer\.(?:json|lock)|go\.(?:mod|sum|work(?:\.sum)?)|Cargo\.(?:toml|lock)|pom\.xml|\.mvn|mvnw|gradle|gradlew|[\w.-]+\.gradle(?:\.kts)?|gradle\.properties|[\w.*-]+\.(?:csproj|fsproj|vbproj|sln|slnx|props|targets)|NuGet\.config|global\.json|mix\.(?:exs|lock)|patches|prisma|vendor|[\w.*-]+\.(?:tgz|whl|lock|toml))$/i;

/** Whether a path names what an edit of the sources leaves as it is: the manifests, and the folders that are installed from them. */
export const isDependency = (path: string): boolean => {
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return MANIFEST.test(name.replaceAll("*", "")) || /^(?:node_modules|site-packages|\.?venv)$/.test(name);
};

/** Whether a copied path holds the project's sources, of which every commit changes some. */
export const isSource = (path: string): boolean => {
  const clean = path.replace(/^\.?\/+|\/+$/g, "");
  const name = clean.split("/").at(-1) ?? "";
  if (clean === "" || clean === "." || clean === "*") return true;
  return /^(?:src|app|lib|source|sources|server|client|web|cmd|pkg|internal|public)$/.test(name) && !MANIFEST.test(name);
};
