import { SeaworthyError, type Json } from "../../core/index.ts";

export type JsonObject = { readonly [key: string]: Json | undefined };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
};

/**
 * Looks over text that JSON.parse accepted. A key given twice means one thing to one reader and another to the next (the first wins here, the last
 * there), so two programs could agree on a digest and run different layers.
 */
const problemOf = (text: string, maxDepth: number): string | undefined => {
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case "{":
      case "[":
        open.push(text[at] === "{" ? new Set() : undefined);
        if (open.length > maxDepth) return `it is nested more than ${maxDepth} deep`;
        isKey = text[at] === "{";
        break;
      case "}":
      case "]":
        open.pop();
        isKey = false;
        break;
      case ",":
        isKey = open.at(-1) !== undefined;
        break;
      case ":":
        isKey = false;
        break;
      case '"': {
        const end = endOfString(text, at);
        const keys = open.at(-1);
        if (isKey && keys !== undefined) {
          const key = String(JSON.parse(text.slice(at, end + 1)));
          if (keys.has(key)) return `the key "${key.slice(0, 80)}" is given twice`;
          keys.add(key);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
};

/**
 * Reads a JSON object from untrusted bytes.
 * @throws INPUT_TOO_LARGE over `maxBytes`; INPUT_INVALID when it is not UTF-8, not an object, nested deeper than 64, or has a key twice.
 */
export const parseJsonObject = (bytes: Uint8Array, what: string, maxBytes: number): JsonObject => {
  if (bytes.length > maxBytes)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${what} has ${bytes.length} bytes; at most ${maxBytes} are read`);
  const refuse = (why: string, cause?: unknown): never => {
    throw new SeaworthyError("INPUT_INVALID", `${what} cannot be read: ${why}`, { cause });
  };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("it is not a JSON object");
    const problem = problemOf(text, 64);
    if (problem !== undefined) return refuse(problem);
    return value as JsonObject;
  } catch (error) {
    if (error instanceof SeaworthyError) throw error;
    return refuse("it is not JSON in UTF-8", error);
  }
};
