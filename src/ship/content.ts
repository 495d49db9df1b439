import { type Contents, openContents, type Project } from "../project/index.ts";
import type { RunOptions } from "../release/index.ts";
import type { Voyage } from "./voyage.ts";

/** The contents of the secrets and configs that the project's services mount. Nothing is read before it is asked for. */
export const projectContents = ({ services, secrets, configs }: Project, signal: AbortSignal): Contents => {
  const mounted = (kind: "secrets" | "configs"): ReadonlySet<string> =>
    new Set(services.flatMap(({ spec }) => spec[kind].map(({ source }) => source)));
  const [keys, names] = [mounted("secrets"), mounted("configs")];
  return openContents({ sources: [...secrets.filter(({ key }) => keys.has(key)), ...configs.filter(({ key }) => names.has(key))], signal });
};

/** Reads the project's secrets and configs where their sources have them now. */
export const contentOf =
  ({ project, contents }: Pick<Voyage, "project" | "contents">): NonNullable<RunOptions["content"]> =>
  async (kind, key) => {
    const source = (kind === "secret" ? project.secrets : project.configs).find((one) => one.key === key);
    return source === undefined ? undefined : await contents.read(source, kind);
  };
