import { realpathSync, type Stats, statSync } from "node:fs";
import { sep } from "node:path";
import type { Mount } from "../../project/index.ts";

type Bind = Extract<Mount, { readonly type: "bind" }>;

/** What the lab makes of a bind mount: shows it, shows it but not to be written, puts an empty volume in its place, or leaves it out. */
export type BindInLab = "shown" | "read-only" | "empty" | "left-out";

const isWithin = (path: string, folder: string): boolean => `${path}${sep}`.startsWith(`${folder}${sep}`);

const look = (source: string): { readonly real: string; readonly stat: Stats } | undefined => {
  try {
    const real = realpathSync(source);
    return { real, stat: statSync(real) };
  } catch {
    return undefined;
  }
};

/**
 * Nothing of the host is written, and of its folders only the project's own are shown: any other may hold the engine's socket, through which even a read-only
 * mount gives away the machine. A single file is shown, for a program that expects one starts with nothing else in its place. `folder`: the project's, absolute.
 */
export const bindInLab = ({ source, readOnly }: Bind, folder: string): BindInLab => {
  const found = look(source);
  // What is not there yet would be made as a folder, unless it is called what only a socket is.
  if (found === undefined) return source.endsWith(".sock") ? "left-out" : "empty";
  if (found.stat.isFile()) return readOnly ? "shown" : "read-only";
  if (!found.stat.isDirectory()) return "left-out";
  return readOnly && isWithin(found.real, look(folder)?.real ?? folder) ? "shown" : "empty";
};
