import { readTextFile, rememberSecret, SeaworthyError } from "../../core/index.ts";
import type { FileSource } from "../project.ts";
import { type Asking, commandContent, MAX_CONTENT_BYTES } from "./command.ts";
import { askPlugin, type PluginAnswer } from "./plugin.ts";

/** Contents of secrets and configs as their sources have them now. */
export interface Contents {
  /**
   * Each source is read once, and each plug-in asked once for all that it has. A secret's content never shows again in what is said.
   * @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, VARIABLE_MISSING, TOOL_MISSING, DEADLINE, SOURCE_UNREACHABLE, INPUT_INVALID
   */
  read(source: FileSource, kind: "secret" | "config"): Promise<string>;
}

export interface ContentsOptions extends Asking {
  /** All that may be asked for. */
  readonly sources: readonly FileSource[];
}

const environmentContent = (key: string, variable: string, env: Readonly<Record<string, string | undefined>>): string => {
  const value = env[variable];
  if (value !== undefined) return value;
  throw new SeaworthyError("VARIABLE_MISSING", `${key} comes from the environment variable ${variable}, which is not set`);
};

export const openContents = ({ sources, ...asking }: ContentsOptions): Contents => {
  const contents = new Map<FileSource, Promise<string>>();
  const answers = new Map<string, Promise<PluginAnswer>>();

  const answerOf = ({ plugin, folder }: { readonly plugin: string; readonly folder: string }): Promise<PluginAnswer> => {
    const refs = sources.flatMap((one) => (one.from === "plugin" && one.plugin === plugin ? [one.ref] : []));
    const answer = answers.get(plugin) ?? askPlugin(plugin, [...new Set(refs)], folder, asking);
    answers.set(plugin, answer);
    return answer;
  };

  const contentOf = async (source: FileSource): Promise<string> => {
    switch (source.from) {
      case "file":
        return readTextFile(source.path, MAX_CONTENT_BYTES);
      case "content":
        return source.content;
      case "environment":
        return environmentContent(source.key, source.variable, asking.env ?? process.env);
      case "command":
        return await commandContent(source, asking);
      case "plugin":
        return (await answerOf(source)).contentOf(source.key, source.ref);
    }
  };

  return {
    read: async (source, kind) => {
      const reading = contents.get(source) ?? contentOf(source);
      contents.set(source, reading);
      const content = await reading;
      if (kind === "secret") rememberSecret(content);
      return content;
    },
  };
};
