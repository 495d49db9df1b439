/** Offsets count within the expression's own text, without the fence. */
interface Written {
  readonly start: number;
  readonly end: number;
}

export interface Literal extends Written {
  readonly kind: "literal";
  readonly value: string | number | boolean | null;
}

/** One step of `github.event.*['title']`: a name (names are case-insensitive, so in lower case), everything, or what only the run can tell. */
export type PathStep =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "star" }
  | { readonly kind: "computed"; readonly index: Expression };

/** A look into a context, `github.head_ref`, or into a value, `fromJSON(x).y`. */
export interface Context extends Written {
  readonly kind: "context";
  /** The context's name in lower case; undefined when a value is looked into. */
  readonly name: string | undefined;
  readonly value: Expression | undefined;
  readonly path: readonly PathStep[];
}

export interface Call extends Written {
  readonly kind: "call";
  /** In lower case. */
  readonly name: string;
  readonly args: readonly Expression[];
}

export type Operator = "&&" | "||" | "==" | "!=" | "<" | "<=" | ">" | ">=";

export interface Binary extends Written {
  readonly kind: "binary";
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Not extends Written {
  readonly kind: "not";
  readonly operand: Expression;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/expressions */
export type Expression = Literal | Context | Call | Binary | Not;
