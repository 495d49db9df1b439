import { entries, get, items, text, type YamlNode } from "../../yaml/index.ts";

export interface Trigger {
  /** The event's name where it was written. */
  readonly node: YamlNode;
  /** Its types, branches, tags, paths, inputs, where it has any. */
  readonly filters: YamlNode | undefined;
}

/** What starts a workflow: event names as written, each with its filters where it has any. */
export interface Triggers {
  readonly node: YamlNode | undefined;
  readonly events: ReadonlyMap<string, Trigger>;
}

/** `on: push`, `on: [push, pull_request]` and `on: {push: {branches: [main]}}` as one. */
export const readTriggers = (root: YamlNode): Triggers => {
  const node = get(root, "on") ?? get(root, "true");
  const names = node?.kind === "scalar" ? [node] : items(node);
  const events = new Map<string, Trigger>();
  for (const name of names) {
    const event = text(name);
    if (event !== undefined) events.set(event, { node: name, filters: undefined });
  }
  for (const [event, { key, value }] of entries(node)) {
    const filters = value.kind === "scalar" && value.value === null ? undefined : value;
    events.set(event, { node: { kind: "scalar", ...key, value: event, text: event }, filters });
  }
  return { node, events };
};

/** Whether `workflow_call` alone starts it: then its callers decide what it may do. */
export const isReusableOnly = ({ events }: Triggers): boolean => events.size === 1 && events.has("workflow_call");
