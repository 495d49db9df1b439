import { SeaworthyError, wordsOf } from "../../core/index.ts";
import { requireBcrypt } from "./bcrypt.ts";

export interface HtpasswdEntry {
  readonly name: string;
  /** `$2y$...` as it stands in the file. */
  readonly hash: string;
}

const MAX_ENTRIES = 10_000;

/**
 * Reads a file of `htpasswd -B`. Names are those of accounts here, so upper case and other signs are refused.
 * @param path for the words of errors
 * @throws INPUT_INVALID with every line that cannot be taken; none is, then
 */
export const parseHtpasswd = (text: string, path: string): readonly HtpasswdEntry[] => {
  const problems: string[] = [];
  const entries = new Map<string, HtpasswdEntry>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const [name, hash] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()];
    const where = `${path}:${at + 1}`;
    try {
      if (colon < 1) throw new SeaworthyError("INPUT_INVALID", "a line is NAME:HASH");
      if (entries.has(name)) throw new SeaworthyError("INPUT_INVALID", `${name.slice(0, 80)} stands here twice`);
      requireBcrypt(hash);
      entries.set(name, { name, hash });
    } catch (error) {
      problems.push(`${where}: ${wordsOf(error)}`);
    }
    if (entries.size + problems.length > MAX_ENTRIES)
      throw new SeaworthyError("INPUT_TOO_LARGE", `${path} has more than ${MAX_ENTRIES} entries, the most that are taken`);
  }
  if (problems.length > 0)
    throw new SeaworthyError("INPUT_INVALID", `${path} cannot be imported: ${problems.length} of its lines cannot be taken`, {
      problems: problems.slice(0, 20),
      hint: "Only bcrypt is taken (htpasswd -B); give the other users new passwords.",
    });
  return [...entries.values()];
};
