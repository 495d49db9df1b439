/** One instruction as BuildKit would run it, variables not replaced. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** `--name=value` in front; names may repeat. */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** What follows the flags, continuation lines joined. */
  readonly rest: string;
  /** Whether a here-document follows. */
  readonly heredoc: boolean;
}

export interface Stage {
  readonly name?: string;
  /** As written after FROM: an image, an earlier stage, or `scratch`. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

const HEREDOC = /<<-?\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1/g;

const logicalLines = (text: string): readonly { readonly words: string; readonly heredoc: boolean }[] => {
  const escape = /^(?:#[^\n]*\n)*?#\s*escape\s*=\s*`/i.test(text) ? "`" : "\\";
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const found: { words: string; heredoc: boolean }[] = [];
  let open: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    // Comment lines and empty ones vanish, inside a continuation too.
    if (/^\s*(?:#|$)/.test(line)) continue;
    const joined = open === undefined ? line.trim() : `${open} ${line.trim()}`;
    if (joined.endsWith(escape)) {
      open = joined.slice(0, -1).trim();
      continue;
    }
    open = undefined;
    const ends = /^(?:RUN|COPY|ADD)\s/i.test(joined) ? [...joined.matchAll(HEREDOC)].map((match) => match[2] ?? "") : [];
    for (const end of ends) while (at + 1 < lines.length && (lines[(at += 1)] ?? "").trim() !== end);
    found.push({ words: joined, heredoc: ends.length > 0 });
  }
  if (open !== undefined) found.push({ words: open, heredoc: false });
  return found;
};

const readInstruction = ({ words, heredoc }: { readonly words: string; readonly heredoc: boolean }): Instruction => {
  const [keyword = "", ...others] = words.split(/\s+/);
  const flags: { name: string; value: string }[] = [];
  while (others[0]?.startsWith("--")) {
    const [name = "", ...value] = (others.shift() ?? "").slice(2).split("=");
    flags.push({ name, value: value.join("=") });
  }
  return { keyword: keyword.toUpperCase(), flags, rest: others.join(" "), heredoc };
};

/**
 * The stages of a Dockerfile, well enough to tell which instruction made which layer and from what; it judges nothing, and what it
 * cannot tell is answered by the caller's fallback. Grammar: https://docs.docker.com/reference/dockerfile/
 */
export const readStages = (text: string): readonly Stage[] => {
  const stages: { name?: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const instruction = readInstruction(line);
    if (instruction.keyword === "FROM") {
      const [from = "", as, name] = instruction.rest.split(" ");
      stages.push({ from, instructions: [], ...(as?.toUpperCase() === "AS" && name !== undefined ? { name: name.toLowerCase() } : {}) });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
};

/** The stage an instruction's `--from` or a FROM names: by name or by number, before `before`. */
export const findStage = (stages: readonly Stage[], wanted: string, before: number): number | undefined => {
  const byName = stages.slice(0, before).findLastIndex((stage) => stage.name === wanted.toLowerCase());
  if (byName >= 0) return byName;
  return /^\d+$/.test(wanted) && Number(wanted) < before ? Number(wanted) : undefined;
};
