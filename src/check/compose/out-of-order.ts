import type { MappingNode, SequenceNode } from "../../source/index.ts";
import { head } from "../../source/yaml/index.ts";
import type { Complaint } from "../rule.ts";
import type { PlaceIn } from "../subject.ts";
import { isSorted, reorder, slotsOf, sortedOrder } from "./reorder.ts";

/** Of the first that belongs before one that stands in front of it: then also before the last of those in their order. */
const firstBehind = <T>(keys: readonly T[], compare: (a: T, b: T) => number): number => {
  let [last] = keys;
  return keys.findIndex((key) => {
    if (last !== undefined && compare(last, key) > 0) return true;
    last = key;
    return false;
  });
};

/** A complaint about the first thing that stands after one that belongs behind it, with the edit that sorts all; undefined when they are sorted. */
export const outOfOrder = <T>(
  node: MappingNode | SequenceNode,
  keys: readonly T[],
  compare: (a: T, b: T) => number,
  words: (key: T, expected: readonly T[]) => string,
): Complaint<PlaceIn<"compose-file">> | undefined => {
  const order = sortedOrder(keys, compare);
  if (isSorted(order)) return undefined;
  const first = firstBehind(keys, compare);
  const slots = slotsOf(node);
  const [slot, key] = [slots[first] ?? node, keys[first]];
  const edits = slots.length === keys.length ? reorder(node.source, slots, order) : undefined;
  return {
    at: head(slot),
    message:
      key === undefined
        ? "out of order"
        : words(
            key,
            order.flatMap((index) => keys[index] ?? []),
          ),
    advice:
      edits === undefined
        ? "Move it by hand: anchors or the style of writing keep it from being moved safely."
        : "seaworthy check --fix moves it.",
    ...(edits === undefined ? {} : { fix: { path: node.source.path, edits } }),
  };
};
