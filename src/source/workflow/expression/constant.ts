import type { Binary, Call, Expression } from "./syntax.ts";

/** What an expression comes to when nothing in it waits for the run. Objects and lists of fromJSON are kept as they are. */
export interface Constant {
  readonly value: unknown;
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
};

export const isTruthy = ({ value }: Constant): boolean =>
  !(value === false || value === 0 || value === "" || value === null || Number.isNaN(value));

const numberOf = (value: unknown): number => {
  if (typeof value === "string") return value.trim() === "" ? 0 : Number(value);
  return value === null ? 0 : Number(value);
};

const equal = (a: unknown, b: unknown): boolean => {
  if (typeof a === "string" && typeof b === "string") return a.toLowerCase() === b.toLowerCase();
  return typeof a === typeof b ? a === b : numberOf(a) === numberOf(b);
};

const compared = (operator: Binary["operator"], a: unknown, b: unknown): boolean => {
  if (operator === "==" || operator === "!=") return equal(a, b) === (operator === "==");
  const order = typeof a === "string" && typeof b === "string" ? a.localeCompare(b) : numberOf(a) - numberOf(b);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
};

const binary = ({ operator, left, right }: Binary): Constant | undefined => {
  const a = constantOf(left);
  const b = constantOf(right);
  if (a === undefined || b === undefined) return undefined;
  if (operator === "&&") return isTruthy(a) ? b : a;
  if (operator === "||") return isTruthy(a) ? a : b;
  return { value: compared(operator, a.value, b.value) };
};

const parsed = (json: string): Constant | undefined => {
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    return undefined;
  }
};

const lower = (value: unknown): string => textOf(value).toLowerCase();

const FUNCTIONS: Readonly<Record<string, (...values: readonly unknown[]) => Constant | undefined>> = {
  format: (pattern, ...values) => ({ value: textOf(pattern).replace(/\{(\d+)\}/g, (_, index: string) => textOf(values[Number(index)])) }),
  contains: (where, what) => ({ value: Array.isArray(where) ? where.some((one) => equal(one, what)) : lower(where).includes(lower(what)) }),
  startswith: (where, what) => ({ value: lower(where).startsWith(lower(what)) }),
  endswith: (where, what) => ({ value: lower(where).endsWith(lower(what)) }),
  join: (list, by = ",") => ({ value: Array.isArray(list) ? list.map(textOf).join(textOf(by)) : textOf(list) }),
  tojson: (value) => ({ value: JSON.stringify(value, null, 2) }),
  fromjson: (value) => parsed(textOf(value)),
};

const call = ({ name, args }: Call): Constant | undefined => {
  const values = args.map(constantOf);
  const known = values.filter((value) => value !== undefined);
  const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  return known.length === values.length ? run?.(...known.map(({ value }) => value)) : undefined;
};

/** What an expression always comes to; undefined when that depends on the run. */
export function constantOf(expression: Expression): Constant | undefined {
  switch (expression.kind) {
    case "literal":
      return { value: expression.value };
    case "not": {
      const operand = constantOf(expression.operand);
      return operand === undefined ? undefined : { value: !isTruthy(operand) };
    }
    case "binary":
      return binary(expression);
    case "call":
      return call(expression);
    case "context":
      return undefined;
  }
}
