import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { type ByteSize, bytes, type Duration, parseByteSize, parseDuration, parsePlatform, parseReference } from "../../core/index.ts";
import type { ComposeNode } from "../../source/index.ts";
import { attempt, describe, type Reader, report } from "./reading.ts";

/**
 * Text, or a number or boolean that can only be read as one text. `1.10` is the number 1.1 to YAML, so it is refused rather than guessed:
 * `docker compose` would pass 1.1.
 */
export const text: Reader<string> = (node, path, reading) => {
  if (node.kind !== "scalar" || node.value === null) return report(reading, node, `${path}: expected text, got ${describe(node)}`);
  if (typeof node.value !== "string" && String(node.value) !== node.text)
    return report(
      reading,
      node,
      `${path}: ${node.text} is the ${typeof node.value} ${String(node.value)} in YAML; put it in quotes to keep it as written`,
    );
  return node.value === "" ? "" : node.text;
};

/** Text that is not empty. */
export const name: Reader<string> = (node, path, reading) => {
  const value = text(node, path, reading);
  return value === "" ? report(reading, node, `${path}: expected text, got an empty value`) : value;
};

const TRUE = new Set(["true", "1", "t", "y", "yes", "on"]);
const FALSE = new Set(["false", "0", "f", "n", "no", "off"]);

export const truth: Reader<boolean> = (node, path, reading) => {
  const word = node.kind === "scalar" ? node.text.toLowerCase() : "";
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : report(reading, node, `${path}: expected true or false, got ${describe(node)}`);
};

const numeric =
  (pattern: RegExp, least: number, most: number, expected: string): Reader<number> =>
  (node, path, reading) => {
    const written = node.kind === "scalar" ? node.text.trim() : "";
    const value = pattern.test(written) ? Number(written) : Number.NaN;
    if (value >= least && value <= most) return value;
    return report(
      reading,
      node,
      `${path}: expected ${expected}, got ${node.kind === "scalar" && written !== "" ? `"${written.slice(0, 60)}"` : describe(node)}`,
    );
  };

export const integer = (least: number, most: number = Number.MAX_SAFE_INTEGER): Reader<number> =>
  numeric(
    /^[+-]?\d+$/,
    least,
    most,
    `a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`,
  );

export const decimal = (least: number, most: number = Number.MAX_SAFE_INTEGER): Reader<number> =>
  numeric(
    /^[+-]?(?:\d+\.?\d*|\.\d+)$/,
    least,
    most,
    `a number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`,
  );

/** Permission bits, always octal: `0440`, `"440"` and `0o440` are the same. */
export const fileMode: Reader<number> = (node, path, reading) => {
  const digits = node.kind === "scalar" ? /^(?:0o?)?([0-7]{1,4})$/.exec(node.text.trim())?.[1] : undefined;
  return digits === undefined ? report(reading, node, `${path}: expected octal permission bits, as in 0440`) : Number.parseInt(digits, 8);
};

export const duration: Reader<Duration> = (node, path, reading) => {
  const written = text(node, path, reading);
  return written === undefined ? undefined : attempt(node, path, reading, () => parseDuration(written));
};

/** Bytes as a number, or text with a unit. */
export const byteSize: Reader<ByteSize> = (node, path, reading) => {
  if (node.kind === "scalar" && typeof node.value === "number" && Number.isInteger(node.value) && node.value >= 0) return bytes(node.value);
  const written = text(node, path, reading);
  return written === undefined ? undefined : attempt(node, path, reading, () => parseByteSize(written));
};

/** `memswap_limit`: bytes of memory and swap together, or -1 for no limit of swap. */
export const memorySwap: Reader<number> = (node, path, reading) =>
  node.kind === "scalar" && node.text.trim() === "-1" ? -1 : byteSize(node, path, reading);

export const oneOf =
  <const T extends string>(...words: readonly T[]): Reader<T> =>
  (node, path, reading) => {
    const written = node.kind === "scalar" ? node.text : undefined;
    const found = words.find((word) => word === written);
    return (
      found ??
      report(
        reading,
        node,
        `${path}: expected ${words.join(", ")}; got ${written === undefined ? describe(node) : `"${written.slice(0, 60)}"`}`,
      )
    );
  };

const parsedBy =
  <T>(parse: (written: string) => T): Reader<T> =>
  (node, path, reading) => {
    const written = name(node, path, reading);
    return written === undefined ? undefined : attempt(node, path, reading, () => parse(written));
  };

export const imageReference = parsedBy(parseReference);
export const platform = parsedBy(parsePlatform);

/** Absolute, from the project's folder; `~` is the home folder. */
export const resolveHostPath = (written: string, folder: string): string => {
  if (written === "~" || written.startsWith("~/")) return join(homedir(), written.slice(1));
  return isAbsolute(written) ? written : resolve(folder, written);
};

export const hostPath: Reader<string> = (node, path, reading) => {
  const written = name(node, path, reading);
  return written === undefined ? undefined : resolveHostPath(written, reading.folder);
};

export const listOf =
  <T>(item: Reader<T>): Reader<readonly T[]> =>
  (node, path, reading) => {
    if (node.kind !== "sequence") return report(reading, node, `${path}: expected a list, got ${describe(node)}`);
    return node.items.map((one, index) => item(one, `${path}[${index}]`, reading)).filter((value) => value !== undefined);
  };

/** A list whose items may each stand for several values. */
export const flatListOf =
  <T>(item: Reader<readonly T[]>): Reader<readonly T[]> =>
  (node, path, reading) =>
    listOf(item)(node, path, reading)?.flat();

/** Keys are the user's own. An item without a value is null. */
export const mapOf =
  <T>(item: Reader<T>): Reader<Readonly<Record<string, T | null>>> =>
  (node, path, reading) => {
    if (node.kind !== "mapping") return report(reading, node, `${path}: expected a mapping, got ${describe(node)}`);
    const read = ([key, { value }]: readonly [string, { readonly value: ComposeNode }]): readonly [string, T | null | undefined] => [
      key,
      value.kind === "scalar" && value.value === null ? null : item(value, `${path}.${key}`, reading),
    ];
    const pairs = [...node.entries].map(read).filter((pair): pair is readonly [string, T | null] => pair[1] !== undefined);
    return Object.fromEntries(pairs);
  };

/** Text by key; a key without a value has empty text. */
export const textMap: Reader<Readonly<Record<string, string>>> = (node, path, reading) => {
  const values = mapOf(text)(node, path, reading);
  return values === undefined ? undefined : Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value ?? ""]));
};

/** `~` and relative paths are refused: it is a path inside the container. */
export const containerPath: Reader<string> = (node, path, reading) => {
  const written = name(node, path, reading);
  if (written === undefined || written.startsWith("/")) return written;
  return report(reading, node, `${path}: expected an absolute path inside the container, got "${written}"`);
};
