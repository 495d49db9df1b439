import type { LayeredFile, Lookout, TarHeader } from "../../image/index.ts";
import { credentialBytes, credentialIn } from "../../source/secrets/index.ts";
import { type Leftover, leftoverOf } from "./leftovers.ts";

/** What the rules want to know of a file in a layer. At least one field is there. */
export interface FileNote {
  /** How whoever runs the file gets more rights than they have. */
  readonly raises?: "setuid" | "setgid" | "setuid and setgid" | "file capabilities";
  readonly credential?: { readonly what: string; readonly by: "name" | "content" };
  readonly leftover?: Leftover;
  /** Of the files that say who there is: /etc/passwd, /etc/shadow, /etc/group. */
  readonly text?: string;
}

export type ImageFile = LayeredFile<FileNote>;

const ACCOUNTS = new Set(["etc/passwd", "etc/shadow", "etc/group"]);
const MAX_ACCOUNTS_BYTES = 1024 * 1024;
const SETUID = 0o4000;
const SETGID = 0o2000;
const EXECUTABLE = 0o111;
const CAPABILITY = /^(?:SCHILY\.xattr|LIBARCHIVE\.xattr)\.security\.capability$/;

const raisesOf = ({ mode, pax }: TarHeader): FileNote["raises"] => {
  // Without the execute bit setgid once meant locking.
  const setgid = (mode & SETGID) !== 0 && (mode & EXECUTABLE) !== 0;
  if ((mode & SETUID) !== 0) return setgid ? "setuid and setgid" : "setuid";
  if (setgid) return "setgid";
  return pax.some(({ key, value }) => CAPABILITY.test(key) && value.length > 0) ? "file capabilities" : undefined;
};

const isFile = ({ type }: TarHeader): boolean => type === "file" || type === "hardlink" || type === "sparse";

/** What of an image's layers is worth remembering. */
export const lookout: Lookout<FileNote> = {
  wants: (header) => {
    const { path } = header;
    if (!isFile(header)) return leftoverOf(path) === undefined ? undefined : 0;
    if (ACCOUNTS.has(path)) return MAX_ACCOUNTS_BYTES;
    const bytes = credentialBytes(path);
    return bytes ?? (raisesOf(header) !== undefined || leftoverOf(path) !== undefined ? 0 : undefined);
  },
  note: (header, content) => {
    const { path } = header;
    if (ACCOUNTS.has(path) && header.type === "file") return { text: content.toString("utf8") };
    const raises = isFile(header) ? raisesOf(header) : undefined;
    const credential =
      isFile(header) && header.sizeBytes > 0 && credentialBytes(path) !== undefined
        ? credentialIn(path, content.toString("latin1"))
        : undefined;
    const leftover = leftoverOf(path);
    if (raises === undefined && credential === undefined && leftover === undefined) return undefined;
    return {
      ...(raises === undefined ? {} : { raises }),
      ...(credential === undefined ? {} : { credential }),
      ...(leftover === undefined ? {} : { leftover }),
    };
  },
};
