import type { Context, Expression } from "./syntax.ts";

const inside = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case "literal":
      return [];
    case "not":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "call":
      return expression.args;
    case "context":
      return [
        ...(expression.value === undefined ? [] : [expression.value]),
        ...expression.path.flatMap((step) => (step.kind === "computed" ? [step.index] : [])),
      ];
  }
};

/** An expression and all within it, outermost first. */
export function* expressionsIn(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of inside(expression)) yield* expressionsIn(part);
}

export const contextsIn = (expression: Expression): readonly Context[] =>
  [...expressionsIn(expression)].filter((one): one is Context => one.kind === "context");

/** `github.event.commits.*.message`: the context in lower case, indexes as stars; undefined when only the run can tell, or when a value is looked into. */
export const patternOf = ({ name, path }: Context): string | undefined => {
  if (name === undefined) return undefined;
  const parts = path.map((step) => {
    if (step.kind === "name") return step.name;
    const isNumber = step.kind === "computed" && step.index.kind === "literal" && typeof step.index.value === "number";
    return step.kind === "star" || isNumber ? "*" : undefined;
  });
  return parts.includes(undefined) ? undefined : [name, ...parts].join(".");
};

/** Functions whose result is text of their arguments. The others answer yes or no, or a digest. */
const PASSING = new Set(["format", "join", "tojson", "fromjson", "case"]);

/** The values that may become the expression's own: `a || b` may become either, `a && b` its right side, `a == b` neither. */
export const resultsOf = (expression: Expression): readonly Expression[] => {
  if (expression.kind === "binary") {
    if (expression.operator === "||") return [...resultsOf(expression.left), ...resultsOf(expression.right)];
    return expression.operator === "&&" ? resultsOf(expression.right) : [];
  }
  if (expression.kind === "not") return [];
  if (expression.kind === "call") return PASSING.has(expression.name) ? expression.args.flatMap(resultsOf) : [];
  return [expression];
};

/** The contexts whose text may end up in the result. */
export const flowingContexts = (expression: Expression): readonly Context[] =>
  resultsOf(expression).filter((one): one is Context => one.kind === "context");

/** What the expression comes to without passing through a function: the branches of a conditional. */
export const branchesOf = (expression: Expression): readonly Expression[] => {
  if (expression.kind !== "binary") return [expression];
  if (expression.operator === "||") return [...branchesOf(expression.left), ...branchesOf(expression.right)];
  return expression.operator === "&&" ? branchesOf(expression.right) : [expression];
};
