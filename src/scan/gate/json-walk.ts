/** From the root: keys of objects and indexes of arrays. */
export type JsonPath = readonly (string | number)[];

const SPACE = /[ \t\r\n]*/y;
// oxlint-disable-next-line no-control-regex -- they are what a string must not hold
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const ending = (pattern: RegExp, text: string, at: number): number | undefined => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
};

/**
 * Goes over the values of a JSON text in their order and tells where each begins, without a stack that its depth could overflow.
 * Returns the offset of the first thing that is no JSON, or undefined.
 */
export const walkJson = (text: string, visit: (path: JsonPath, offset: number) => void): number | undefined => {
  const path: (string | number)[] = [];
  const closers: ("}" | "]")[] = [];
  const space = (at: number): number => ending(SPACE, text, at) ?? at;
  /** Of an object's next member the key and the colon. Undefined where there are none. */
  const key = (at: number): number | undefined => {
    const end = ending(STRING, text, at);
    if (end === undefined) return undefined;
    try {
      path[path.length - 1] = String(JSON.parse(text.slice(at, end)));
    } catch {
      return undefined;
    }
    const colon = space(end);
    return text[colon] === ":" ? space(colon + 1) : undefined;
  };
  let at = space(0);
  for (;;) {
    visit(path, at);
    const opened = text[at];
    if (opened === "{" || opened === "[") {
      const closer = opened === "{" ? "}" : "]";
      const inner = space(at + 1);
      if (text[inner] === closer) at = inner + 1;
      else {
        closers.push(closer);
        path.push(0);
        if (opened === "[") {
          at = inner;
          continue;
        }
        const value = key(inner);
        if (value === undefined) return inner;
        at = value;
        continue;
      }
    } else {
      const end = opened === '"' ? ending(STRING, text, at) : ending(SCALAR, text, at);
      if (end === undefined) return at;
      at = end;
    }
    // After a value: what closes, or the next one.
    for (;;) {
      at = space(at);
      const closer = closers.at(-1);
      if (closer === undefined) return at === text.length ? undefined : at;
      if (text[at] === closer) {
        closers.pop();
        path.pop();
        at += 1;
        continue;
      }
      if (text[at] !== ",") return at;
      const next = space(at + 1);
      const last = path.at(-1);
      if (typeof last === "number" && closer === "]") {
        path[path.length - 1] = last + 1;
        at = next;
      } else {
        const value = key(next);
        if (value === undefined) return next;
        at = value;
      }
      break;
    }
  }
};
