import type { SourceText } from "../../../core/index.ts";
import { items, type MappingNode, spot, type Span, text } from "../../yaml/index.ts";

export interface DependabotUpdate {
  readonly node: MappingNode;
  readonly ecosystem: string;
  readonly spot: Span;
}

/** `.github/dependabot.yml`. */
export interface Dependabot {
  readonly dialect: "dependabot";
  readonly source: SourceText;
  readonly root: MappingNode;
  readonly updates: readonly DependabotUpdate[];
}

export const readDependabot = (source: SourceText, root: MappingNode): Dependabot => ({
  dialect: "dependabot",
  source,
  root,
  updates: items(root, "updates").flatMap((node) =>
    node.kind === "mapping"
      ? [{ node, ecosystem: text(node, "package-ecosystem") ?? "an ecosystem", spot: spot(node, "package-ecosystem") }]
      : [],
  ),
});
