import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** What stands between a tag and its end; bounded by the file's size, which is small. */
const inside = (text: string, tag: string): string | undefined => {
  const from = text.indexOf(`<${tag}>`);
  const to = from < 0 ? -1 : text.indexOf(`</${tag}>`, from);
  return to < 0 ? undefined : text.slice(from + tag.length + 2, to);
};

const each = (text: string, tag: string): readonly string[] => {
  const found: string[] = [];
  for (let at = text.indexOf(`<${tag}>`); at >= 0; at = text.indexOf(`<${tag}>`, at + 1)) {
    const to = text.indexOf(`</${tag}>`, at);
    if (to < 0) break;
    found.push(text.slice(at + tag.length + 2, to));
  }
  return found;
};

const without = (text: string, from: string, to: string): string => {
  const kept: string[] = [];
  let at = 0;
  for (let next = text.indexOf(from); next >= 0; next = text.indexOf(from, at)) {
    kept.push(text.slice(at, next));
    const end = text.indexOf(to, next);
    at = end < 0 ? text.length : end + to.length;
  }
  return kept.join("") + text.slice(at);
};

/** What a project says of itself, or its parent of it. `text` has no comments. */
export const ownCoordinates = (text: string): Readonly<Record<"group" | "artifact" | "version", string | undefined>> => {
  const own = ["parent", "dependencyManagement", "dependencies", "build", "profiles", "reporting", "properties", "licenses"].reduce(
    (left, tag) => without(left, `<${tag}>`, `</${tag}>`),
    text,
  );
  const parent = inside(text, "parent") ?? "";
  return {
    group: (inside(own, "groupId") ?? inside(parent, "groupId"))?.trim(),
    artifact: inside(own, "artifactId"),
    version: (inside(own, "version") ?? inside(parent, "version"))?.trim(),
  };
};

export const withoutComments = (text: string): string => without(text, "<!--", "-->");

/**
 * Java packages that Maven is asked for directly, and the project itself (maven.apache.org/pom.html). Properties of the same file are put in their places; what a
 * parent or another file says is not known here, and a package without a version of its own is left out.
 */
export const pom: Cataloger = {
  name: "pom",
  scope: "declared",
  reads: "pom.xml",
  endings: ["xml"],
  isMine: (path) => /(?:^|\/)pom\.xml$/.test(path),
  maxBytes: 2 * MIB,
  read: (content) => {
    const whole = withoutComments(content.toString("utf8"));
    if (!/<project[\s>]/.test(whole)) return undefined;
    const managed = inside(whole, "dependencyManagement") ?? "";
    const bare = ["dependencyManagement", "build", "profiles", "reporting"].reduce(
      (text, tag) => without(text, `<${tag}>`, `</${tag}>`),
      whole,
    );
    const { group, artifact, version } = ownCoordinates(bare);
    const properties = new Map([
      ...[...(inside(bare, "properties") ?? "").matchAll(/<([\w.-]{1,200})>([^<]{0,300})<\/\1>/g)].map(
        ([, key = "", value = ""]) => [key, value.trim()] as const,
      ),
      ["project.version", version ?? ""] as const,
      ["project.groupId", group ?? ""] as const,
    ]);
    const filled = (text: string | undefined): string | undefined => {
      let value = text?.trim();
      for (let times = 0; value?.includes("${") === true && times < 5; times += 1)
        value = value.replaceAll(/\$\{([\w.-]{1,200})\}/g, (all, key: string) => properties.get(key) ?? all).slice(0, 1000);
      return value === undefined || value === "" || /[\s${}[\](),]/.test(value) ? undefined : value;
    };
    const one = (
      text: string,
    ): { readonly namespace: string | undefined; readonly name: string | undefined; readonly version: string | undefined } => {
      const said = without(text, "<exclusions>", "</exclusions>");
      return {
        namespace: filled(inside(said, "groupId")),
        name: filled(inside(said, "artifactId")),
        version: filled(inside(said, "version")),
      };
    };
    const managedVersions = new Map(
      each(managed, "dependency")
        .map(one)
        .map(({ namespace, name, version: of }) => [`${namespace}:${name}`, of]),
    );
    const asked = each(inside(bare, "dependencies") ?? "", "dependency").map(one);
    const self = { namespace: filled(group), name: filled(artifact), version: filled(version) };
    const packages = [self, ...asked].flatMap(
      ({ namespace, name, version: said = managedVersions.get(`${namespace}:${name}`) }): readonly Package[] =>
        namespace === undefined || name === undefined || said === undefined
          ? []
          : [{ type: "maven", namespace, name, version: said, licenses: [] }],
    );
    return { packages };
  },
};
