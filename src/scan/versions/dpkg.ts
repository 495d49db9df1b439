import { compareDigits, sign, type VersionScheme } from "./scheme.ts";

interface DpkgVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

const parse = (text: string): DpkgVersion => {
  const trimmed = text.trim();
  const [, epoch = "0", rest = ""] = /^(?:(\d*):)?(.*)$/s.exec(trimmed) ?? [];
  const dash = rest.lastIndexOf("-");
  return dash < 0 ? { epoch, upstream: rest, revision: "" } : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
};

/** `~` sorts before the end, letters before everything else. */
const weight = (char: string | undefined): number => {
  if (char === undefined || /\d/.test(char)) return 0;
  if (char === "~") return -1;
  const code = char.codePointAt(0) ?? 0;
  return /[a-z]/i.test(char) ? code : code + 256;
};

const compareParts = (a: string, b: string): number => {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !/\d/.test(a[i] ?? "")) || (j < b.length && !/\d/.test(b[j] ?? ""))) {
      const order = weight(a[i]) - weight(b[j]);
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
    const [left = "", right = ""] = [/^\d*/.exec(a.slice(i))?.[0], /^\d*/.exec(b.slice(j))?.[0]];
    const order = compareDigits(left, right);
    if (order !== 0) return order;
    i += left.length;
    j += right.length;
  }
  return 0;
};

/** Debian and Ubuntu: `[epoch:]upstream[-revision]` (Debian Policy 5.6.12, dpkg lib/dpkg/version.c). */
export const dpkg: VersionScheme = {
  name: "dpkg",
  compare: (a, b) => {
    const [left, right] = [parse(a), parse(b)];
    return sign(
      compareDigits(left.epoch, right.epoch) || compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision),
    );
  },
  isVersion: (text) => {
    const [, epoch, rest] = /^(?:([^:]*):)?(.*)$/s.exec(text.trim()) ?? [];
    const { upstream, revision } = parse(rest ?? "");
    return (
      (epoch === undefined || (/^\d+$/.test(epoch) && Number(epoch) <= 2_147_483_647)) &&
      /^\d[A-Za-z0-9.+~:-]*$/.test(upstream) &&
      /^[A-Za-z0-9.+~]*$/.test(revision) &&
      !(rest ?? "").endsWith("-")
    );
  },
};
