import { type DockerfileScript, type ShellCommand, UNKNOWN } from "../../source/shell/index.ts";
import type { Located } from "./scripts.ts";

const withoutSlash = (path: string): string => path.replace(/\/+$/, "");

/** Whether a cache or tmpfs mount keeps a folder, by its place or its ending, out of the layer. */
export const isMounted = (script: DockerfileScript, ...folders: readonly string[]): boolean =>
  script.mounts.some(({ type, target }) => {
    if (target === undefined || (type !== "cache" && type !== "tmpfs")) return false;
    const place = withoutSlash(target.text);
    return folders.some(
      (folder) => folder === place || folder.startsWith(`${place}/`) || (!folder.startsWith("/") && place.endsWith(folder)),
    );
  });

/** Whether a command deletes one of these folders, or all that is in it. */
export const removes = (command: ShellCommand, ...folders: readonly string[]): boolean => {
  if (command.name !== "rm" && command.name !== "find") return false;
  return command.args.some(({ text }) => {
    const path = withoutSlash(text.replace(/\/(?:\*|\.\.\.|\{[^}]*\})?$/, "")).replace(/\*$/, "");
    return folders.some(
      (folder) =>
        (path.startsWith("/") && path.length > 1 && (folder === path || folder.startsWith(`${path}/`))) ||
        (!folder.startsWith("/") && path.endsWith(folder)),
    );
  });
};

/** Commands of the same script behind this one. */
export const laterThan = ({ script, command }: Located): readonly Located[] =>
  script.commands.slice(script.commands.indexOf(command) + 1).map((one) => ({ script, command: one }));

/** A value that switches something on, as most programs read it; undefined when it is not known. */
export const isOn = (value: string): boolean | undefined =>
  value.includes(UNKNOWN) ? undefined : !/^(?:0|off|no|false|n|f|)$/i.test(value);
