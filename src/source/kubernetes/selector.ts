import { get, items, text, textMap, texts, type YamlNode } from "../yaml/index.ts";

/** A label selector: every equality and every expression must hold. */
export interface Selector {
  readonly labels: ReadonlyMap<string, string>;
  readonly expressions: readonly { readonly key: string; readonly operator: string; readonly values: readonly string[] }[];
}

/** A selector of `matchLabels` and `matchExpressions` (API reference, LabelSelector). An empty one selects everything. */
export const labelSelector = (node: YamlNode | undefined): Selector => ({
  labels: textMap(node, "matchLabels"),
  expressions: items(node, "matchExpressions").map((expression) => ({
    key: text(expression, "key") ?? "",
    operator: text(expression, "operator") ?? "",
    values: texts(get(expression, "values")),
  })),
});

/** A plain mapping of labels, as Services and ReplicationControllers use. */
export const plainSelector = (node: YamlNode | undefined): Selector => ({ labels: textMap(node), expressions: [] });

export const isEmptySelector = ({ labels, expressions }: Selector): boolean => labels.size === 0 && expressions.length === 0;

const holds = (expression: Selector["expressions"][number], labels: ReadonlyMap<string, string>): boolean => {
  const value = labels.get(expression.key);
  switch (expression.operator) {
    case "In":
      return value !== undefined && expression.values.includes(value);
    case "NotIn":
      return value === undefined || !expression.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
};

export const selects = ({ labels: wanted, expressions }: Selector, labels: ReadonlyMap<string, string>): boolean =>
  [...wanted].every(([key, value]) => labels.get(key) === value) && expressions.every((expression) => holds(expression, labels));
