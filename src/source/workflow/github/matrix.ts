import { entries, get, items, text, type YamlNode } from "../../yaml/index.ts";
import { templatesIn } from "../template.ts";

/** One value that a matrix gives a variable. */
export interface MatrixValue {
  readonly node: YamlNode;
  /** `os`, or `config.os` for a value of a mapping. In lower case. */
  readonly path: string;
  readonly text: string;
  /** No template within: the value is what the file says. */
  readonly isStatic: boolean;
}

export interface Matrix {
  readonly node: YamlNode;
  /** Everything of it, or its `include`, is made during the run. */
  readonly isDynamic: boolean;
  readonly values: readonly MatrixValue[];
}

const isStatic = (node: YamlNode): boolean => templatesIn(node).next().done === true;

const valuesAt = (path: string, node: YamlNode): readonly MatrixValue[] => {
  if (node.kind === "scalar") return [{ node, path, text: node.value === null ? "" : node.text, isStatic: isStatic(node) }];
  const inner =
    node.kind === "mapping"
      ? entries(node).flatMap(([key, entry]) => valuesAt(`${path}.${key.toLowerCase()}`, entry.value))
      : node.items.flatMap((item) => valuesAt(`${path}.*`, item));
  return [{ node, path, text: "", isStatic: isStatic(node) }, ...inner];
};

/** Values that an `exclude` of one variable alone takes out of every combination. */
const excluded = (node: YamlNode): ReadonlySet<string> =>
  new Set(
    items(node, "exclude").flatMap((one) => {
      const [only, ...more] = entries(one);
      return only === undefined || more.length > 0 ? [] : [`${only[0].toLowerCase()} ${text(only[1].value) ?? ""}`];
    }),
  );

/** Reads `strategy.matrix` of a job: every value that each variable may take. */
export const readMatrix = (job: YamlNode): Matrix | undefined => {
  const node = get(job, "strategy", "matrix");
  if (node === undefined) return undefined;
  const gone = excluded(node);
  const lists = entries(node).filter(([name]) => name !== "include" && name !== "exclude");
  const own = lists.flatMap(([name, { value }]) =>
    value.kind === "sequence" ? value.items.flatMap((item) => valuesAt(name.toLowerCase(), item)) : valuesAt(name.toLowerCase(), value),
  );
  const included = items(node, "include").flatMap((one) =>
    entries(one).flatMap(([name, { value }]) => valuesAt(name.toLowerCase(), value)),
  );
  return {
    node,
    isDynamic: node.kind !== "mapping" || get(node, "include")?.kind === "scalar",
    values: [...own.filter(({ path, text: written }) => !gone.has(`${path} ${written}`)), ...included],
  };
};

/** What `matrix.<path>` may be. */
export const matrixValues = (matrix: Matrix | undefined, path: string): readonly MatrixValue[] =>
  matrix?.values.filter((value) => value.path === path) ?? [];

/** Whether `matrix.<path>` is always one of the values in the file. A variable that no list has is empty. */
export const isStaticInMatrix = (matrix: Matrix | undefined, path: string): boolean =>
  matrix === undefined ||
  (!matrix.isDynamic &&
    matrix.values.filter((value) => value.path === path || path.startsWith(`${value.path}.`)).every((value) => value.isStatic));
