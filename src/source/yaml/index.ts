export {
  type ComposeNode,
  type Entry,
  type MappingNode,
  parseYaml,
  parseYamlOnce,
  type Problem,
  readTrees,
  type ScalarNode,
  type SequenceNode,
  type Span,
  type YamlLimits,
} from "../compose/index.ts";
export * from "./access.ts";
export { type SetValue } from "./print.ts";
export { type Change, setIn } from "./set.ts";
