/** A value as it can be written into a YAML file. */
export type SetValue = string | number | boolean | readonly string[];

/** Read as text by every YAML, in block and in flow style. */
const PLAIN = /^[A-Za-z/][\w./-]*$|^\d+(?:\.\d+)?[A-Za-z]+$/;
const OTHER_TYPE = /^(?:true|false|yes|no|on|off|null|y|n|\.inf|\.nan|\d+e\d+)$/i;

/** Text that is written as it was, in quotes where flow style needs them. */
export const plainText = (text: string): string => (PLAIN.test(text) && !OTHER_TYPE.test(text) ? text : JSON.stringify(text));

/** An item of a list. A dollar sign stands for itself. */
export const itemText = (item: string, isJson: boolean): string => {
  const text = item.replaceAll("$", "$$$$");
  return isJson ? JSON.stringify(text) : plainText(text);
};

const scalarText = (value: string | number | boolean, isJson: boolean): string =>
  typeof value === "string" ? itemText(value, isJson) : String(value);

const valueText = (value: SetValue, isJson: boolean): string =>
  typeof value === "object" ? `[${value.map((item) => itemText(item, isJson)).join(", ")}]` : scalarText(value, isJson);

/** On one line: `resources: {limits: {memory: 96M}}`; without keys the value alone. */
export const flowText = (keys: readonly string[], value: SetValue, isJson: boolean): string => {
  const [first, ...rest] = keys;
  if (first === undefined) return valueText(value, isJson);
  const inner = flowText(rest, value, isJson);
  return `${isJson ? JSON.stringify(first) : first}: ${rest.length === 0 ? inner : `{${inner}}`}`;
};

/** One line for each key, each further in than the one before. */
export const blockLines = (
  keys: readonly string[],
  value: SetValue,
  { column, step, comment }: { readonly column: number; readonly step: number; readonly comment: string },
): readonly string[] =>
  keys.map((key, index) => {
    const start = `${" ".repeat(column + index * step)}${key}:`;
    return index < keys.length - 1 ? start : `${start} ${valueText(value, false)}${comment === "" ? "" : ` # ${comment}`}`;
  });
