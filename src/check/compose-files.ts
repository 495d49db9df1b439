import { basename, dirname, extname } from "node:path";
import { isSeaworthyError, type SourceText } from "../core/index.ts";
import { entries, get, has, parseYaml, readTrees } from "../source/yaml/index.ts";

/** The names that `docker compose` looks for, in its order. */
export const BASE_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

export const isBaseName = (path: string): boolean => BASE_NAMES.includes(basename(path));

const YAML = /\.ya?ml$/i;
const SERVICES = /^(?:services|"services"|'services')[ \t]*:[ \t]*(?:#.*|\{.*)?\r?$/m;

/** `docker-compose.prod.yml` and `compose-prod.yaml`, which by their names stand on the file without the word. */
const VARIANT = /^(docker-)?compose[._-].+\.ya?ml$/i;
const OVERRIDE = /[._-]overrides?\.ya?ml$/i;

/** By service, whether it says which image runs: it needs no other file. */
type Services = ReadonlyMap<string, boolean>;

const servicesIn = (source: SourceText): Services | undefined => {
  if (!YAML.test(source.path) || !SERVICES.test(source.text)) return undefined;
  try {
    const [tree, ...others] = readTrees(parseYaml(source)).trees;
    if (tree === undefined || others.length > 0 || has(tree, "apiVersion") || has(tree, "jobs") || has(tree, "kind")) return undefined;
    const services = entries(tree, "services");
    if (services.length === 0 || services.some(([, { value }]) => value.kind !== "mapping")) return undefined;
    return new Map(
      services.map(([name, { value }]) => [name, ["image", "build", "extends", "provider"].some((key) => get(value, key) !== undefined)]),
    );
  } catch (error) {
    // What cannot be read as YAML is another kind's finding, or none of ours.
    if (isSeaworthyError(error)) return undefined;
    throw error;
  }
};

/** What a compose file under another name is. */
export interface OtherComposeFile {
  readonly source: SourceText;
  /** It changes another file and is nothing by itself. */
  readonly isOverlay: boolean;
}

/** Whether a file adds to the one that its folder's project begins with: by its name, or because it says of no service what runs. */
const isOverlay = (source: SourceText, services: Services, base: Services | undefined): boolean => {
  if (OVERRIDE.test(source.path) || ![...services.values()].includes(true)) return true;
  if (base === undefined || !VARIANT.test(basename(source.path))) return false;
  const adds = [...services.keys()].some((name) => !base.has(name));
  return !adds || [...services.values()].includes(false);
};

/** The compose files among some YAML files that have none of the usual names, recognised by their content. */
export const otherComposeFiles = (
  sources: readonly SourceText[],
  read: (path: string) => SourceText | undefined,
): readonly OtherComposeFile[] => {
  const bases = new Map<string, Services | undefined>();
  const baseOf = (folder: string): Services | undefined => {
    if (!bases.has(folder)) {
      const base = BASE_NAMES.map((name) => read(`${folder === "." ? "" : `${folder}/`}${name}`)).find((one) => one !== undefined);
      bases.set(folder, base === undefined ? undefined : servicesIn(base));
    }
    return bases.get(folder);
  };
  return sources.flatMap((source): readonly OtherComposeFile[] => {
    const services = isBaseName(source.path) ? undefined : servicesIn(source);
    return services === undefined ? [] : [{ source, isOverlay: isOverlay(source, services, baseOf(dirname(source.path))) }];
  });
};

/** How an overlay is judged: the environment that `compose.staging.yaml` is for. */
export const overlayAdvice = (path: string): string => {
  const name = basename(path, extname(path));
  const environment = /^(?:docker-)?compose\.([a-z0-9][a-z0-9_-]*)$/.exec(name)?.[1];
  return environment === undefined || environment === "override"
    ? `Judge it together with what it changes: seaworthy check --file compose.yaml --file ${path}`
    : `Judge it together with what it changes: seaworthy check --env ${environment}`;
};
