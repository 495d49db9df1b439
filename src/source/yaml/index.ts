export {
  type ComposeNode,
  type Entry,
  type MappingNode,
  parseYaml,
  type Problem,
  readTrees,
  type ScalarNode,
  type SequenceNode,
  type Span,
  type YamlLimits,
} from "../compose/index.ts";
export * from "./access.ts";
