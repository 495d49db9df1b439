/** The value of a variable, undefined when it is not set. An empty string is a value. */
export type Lookup = (name: string) => string | undefined;

export interface InterpolationFault {
  /** Offset of the `$` in the text. */
  readonly offset: number;
  /** Absent for broken syntax. */
  readonly variable?: string;
  readonly message: string;
}

export interface Interpolated {
  readonly value: string;
  readonly faults: readonly InterpolationFault[];
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const MAX_NESTING = 32;

const nameAt = (text: string, at: number): string | undefined => {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0];
};

/** The offset of the brace that closes the one opened before `from`, or -1. Only `${` opens another, as in compose-go and POSIX shells. */
const closingBrace = (text: string, from: number): number => {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "}") {
      open -= 1;
      if (open === 0) return at;
    } else if (text[at] === "$" && text[at + 1] === "{") {
      open += 1;
      at += 1;
    }
  }
  return -1;
};

/**
 * Replaces variables as the Compose Specification says (12-interpolation): `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?error}`,
 * `${VAR?error}`, `${VAR:+replacement}`, `${VAR+replacement}`, nested in each other, and `$$` for a dollar sign. Values are not interpolated again.
 *
 * One difference on purpose: where `docker compose` warns about a variable that is not set and puts nothing in its place, this is a fault. A production
 * file with a hole in it is a broken one; an empty value must be asked for with `${VAR-}`.
 */
export const interpolate = (text: string, lookup: Lookup): Interpolated => {
  const faults: InterpolationFault[] = [];

  const braced = (part: string, base: number, depth: number): { value: string; length: number } => {
    const offset = base;
    const end = closingBrace(part, 2);
    if (end < 0) {
      faults.push({ offset, message: 'the brace of "${" is never closed' });
      return { value: "", length: part.length };
    }
    const length = end + 1;
    const name = nameAt(part, 2);
    const shown = part.slice(0, Math.min(length, 60));
    const broken = (why: string): { value: string; length: number } => {
      faults.push({ offset, message: `"${shown}" is not a variable: ${why}` });
      return { value: "", length };
    };
    if (name === undefined) return broken("expected a name of letters, digits and _ after ${ (write $$ for a dollar sign)");
    const rest = part.slice(2 + name.length, end);
    const value = lookup(name);
    if (rest === "") return { value: value ?? missing(name, offset), length };
    const operator = /^:?[-?+]/.exec(rest)?.[0];
    if (operator === undefined) return broken(`expected } or one of :- - :? ? :+ + after ${name}`);
    if (depth >= MAX_NESTING) return broken(`variables are nested more than ${MAX_NESTING} deep`);
    const word = rest.slice(operator.length);
    const wordBase = base + 2 + name.length + operator.length;
    const absent = value === undefined || (operator.length === 2 && value === "");
    switch (operator.at(-1)) {
      case "-":
        return { value: absent ? expand(word, wordBase, depth + 1) : (value ?? ""), length };
      case "+":
        return { value: absent ? "" : expand(word, wordBase, depth + 1), length };
      default:
        if (absent) {
          const said = expand(word, wordBase, depth + 1);
          faults.push({ offset, variable: name, message: `variable ${name} is required${said === "" ? "" : `: ${said}`}` });
        }
        return { value: value ?? "", length };
    }
  };

  const missing = (name: string, offset: number): string => {
    faults.push({ offset, variable: name, message: `variable ${name} is not set and has no default` });
    return "";
  };

  const expand = (part: string, base: number, depth: number): string => {
    let result = "";
    let at = 0;
    for (;;) {
      const dollar = part.indexOf("$", at);
      if (dollar < 0) return result + part.slice(at);
      result += part.slice(at, dollar);
      const next = part[dollar + 1];
      const name = nameAt(part, dollar + 1);
      if (next === "$") {
        result += "$";
        at = dollar + 2;
      } else if (next === "{") {
        const { value, length } = braced(part.slice(dollar), base + dollar, depth);
        result += value;
        at = dollar + length;
      } else if (name === undefined) {
        faults.push({
          offset: base + dollar,
          message: 'a "$" starts a variable: expected a name or { after it (write $$ for a dollar sign)',
        });
        at = dollar + 1;
      } else {
        result += lookup(name) ?? missing(name, base + dollar);
        at = dollar + 1 + name.length;
      }
    }
  };

  return text.includes("$") ? { value: expand(text, 0, 0), faults } : { value: text, faults };
};
