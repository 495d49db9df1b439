import { quoted } from "../diagnostic.ts";

const UNIT_NS: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["\u{b5}s", 1e3],
  ["\u{3bc}s", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["m", 60e9],
  ["h", 3600e9],
]);
const NUMBER = /\d*(?:\.\d*)?/y;
const UNIT = /[^\d.]*/y;
/** 2^63 ns, the longest Go can count. */
const MOST_NS = 2 ** 63;

/** Nanoseconds, or Go's complaint. Source: time.ParseDuration of Go. */
export const parseGoDuration = (text: string): { readonly ns: number } | { readonly error: string } => {
  const invalid = { error: `time: invalid duration ${quoted(text)}` };
  const sign = text.startsWith("-") ? -1 : 1;
  let at = /^[+-]/.test(text) ? 1 : 0;
  if (text.slice(at) === "0") return { ns: 0 };
  if (at === text.length) return invalid;
  let ns = 0;
  while (at < text.length) {
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(text)?.[0] ?? "";
    if (number === "" || number === ".") return invalid;
    UNIT.lastIndex = at + number.length;
    const unit = UNIT.exec(text)?.[0] ?? "";
    if (unit === "") return { error: `time: missing unit in duration ${quoted(text)}` };
    const size = UNIT_NS.get(unit);
    if (size === undefined) return { error: `time: unknown unit ${quoted(unit)} in duration ${quoted(text)}` };
    ns += Number(number) * size;
    if (ns > MOST_NS) return invalid;
    at += number.length + unit.length;
  }
  return { ns: sign * Math.trunc(ns) };
};
