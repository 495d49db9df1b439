import { type ComposeNode, type Entry, isNull, mappingOf, type MappingNode, type ScalarNode, textNode } from "./node.ts";

/** How a field that may be written in two ways is brought to one. */
type Form = "map" | "labels" | "hosts" | "names" | "dependencies" | "build" | "list";

const SERVICE_FORMS: Readonly<Record<string, Form>> = {
  environment: "map",
  annotations: "labels",
  labels: "labels",
  sysctls: "labels",
  extra_hosts: "hosts",
  networks: "names",
  depends_on: "dependencies",
  build: "build",
  dns: "list",
  dns_search: "list",
  env_file: "list",
  label_file: "list",
  tmpfs: "list",
};
const BUILD_FORMS: Readonly<Record<string, Form>> = { args: "map", labels: "labels", additional_contexts: "labels", extra_hosts: "hosts" };
const DEPLOY_FORMS: Readonly<Record<string, Form>> = { labels: "labels" };
const RESOURCE_FORMS: Readonly<Record<string, Form>> = { labels: "labels" };

const isText = (node: ComposeNode): node is ScalarNode => node.kind === "scalar" && typeof node.value === "string";

/** A scalar within a list item keeps the item's place and its unresolved variables. */
const part = (item: ScalarNode, text: string | null): ScalarNode => ({
  ...textNode(item, text),
  ...(item.problems === undefined ? {} : { problems: item.problems }),
});

const fromList = (node: ComposeNode, entry: (item: ScalarNode) => readonly [string, ComposeNode]): ComposeNode => {
  if (node.kind !== "sequence" || !node.items.every(isText)) return node;
  const entries = node.items.map((item): [string, Entry] => {
    const [key, value] = entry(item);
    return [key, { key: item, value }];
  });
  return { ...mappingOf(node, entries), ...(node.tag === undefined ? {} : { tag: node.tag }) };
};

const cut = (text: string, at: number): readonly [string, string | undefined] =>
  at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];

const keyAndValue =
  (absent: string | null) =>
  (item: ScalarNode): readonly [string, ComposeNode] => {
    const [key, value] = cut(item.text, item.text.indexOf("="));
    return [key, part(item, value ?? absent)];
  };

/** `host=address` or `host:address`; a host named twice gets both addresses. */
const hosts = (node: ComposeNode): ComposeNode => {
  if (node.kind !== "sequence" || !node.items.every(isText)) return node;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    const [host, address] = cut(item.text, item.text.search(/[=:]/));
    const value = part(item, address ?? null);
    const before = entries.get(host);
    const items = before === undefined ? [] : before.value.kind === "sequence" ? before.value.items : [before.value];
    entries.set(host, {
      key: before?.key ?? item,
      value: before === undefined ? value : { ...item, kind: "sequence", items: [...items, value] },
    });
  }
  return { ...mappingOf(node, entries), ...(node.tag === undefined ? {} : { tag: node.tag }) };
};

const APPLY: Readonly<Record<Form, (node: ComposeNode) => ComposeNode>> = {
  map: (node) => fromList(node, keyAndValue(null)),
  labels: (node) => fromList(node, keyAndValue("")),
  hosts,
  names: (node) => fromList(node, (item) => [item.text, part(item, null)]),
  dependencies: (node) =>
    fromList(node, (item) => [item.text, mappingOf(item, [["condition", { key: item, value: part(item, "service_started") }]])]),
  build: (node) =>
    isText(node)
      ? { ...mappingOf(node, [["context", { key: node, value: node }]]), ...(node.tag === undefined ? {} : { tag: node.tag }) }
      : node,
  list: (node) =>
    node.kind === "sequence" || isNull(node)
      ? node
      : {
          kind: "sequence",
          source: node.source,
          start: node.start,
          end: node.end,
          items: [node],
          ...(node.tag === undefined ? {} : { tag: node.tag }),
        },
};

const mapEntries = (node: ComposeNode, change: (key: string, value: ComposeNode) => ComposeNode): ComposeNode => {
  if (node.kind !== "mapping") return node;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) entries.set(key, { key: entry.key, value: change(key, entry.value) });
  return { ...node, entries };
};

const withForms = (node: ComposeNode, forms: Readonly<Record<string, Form>>): ComposeNode =>
  mapEntries(node, (key, value) => {
    const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
    return form === undefined ? value : APPLY[form](value);
  });

const service = (node: ComposeNode): ComposeNode =>
  mapEntries(withForms(node, SERVICE_FORMS), (key, value) => {
    if (key === "build") return withForms(value, BUILD_FORMS);
    return key === "deploy" ? withForms(value, DEPLOY_FORMS) : value;
  });

/**
 * One form for each field that Compose lets one write as a list or as a mapping (`environment`, `labels`, `networks`, `depends_on` ...) or as one value or
 * several (`dns`, `env_file` ...), so that merging and finding places need to know only one. Places stay those of the text.
 */
export const canonical = (root: MappingNode): MappingNode => {
  const result = mapEntries(root, (key, value) => {
    if (key === "services") return mapEntries(value, (_, one) => service(one));
    return ["networks", "volumes", "secrets", "configs"].includes(key)
      ? mapEntries(value, (_, one) => withForms(one, RESOURCE_FORMS))
      : value;
  });
  return result.kind === "mapping" ? result : root;
};
