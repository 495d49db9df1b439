import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** `name/version@user/channel#revision%time`; a range of versions stands in brackets. */
const REFERENCE = /^([a-z0-9_][a-z0-9_+.-]{1,100})\/([a-zA-Z0-9_][\w+.-]{0,100})(?:[@#%:]|$)/;

const fromReference = (text: string): readonly Package[] => {
  const [, name, version] = REFERENCE.exec(text) ?? [];
  return name === undefined || version === undefined ? [] : [{ type: "conan", name, version, licenses: [] }];
};

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.flatMap((one) => wordIn(one) ?? []) : []);

/** References of a lock file: lists since version 2, nodes of a graph before. */
const locked = (written: Readonly<Record<string, unknown>>): readonly string[] => {
  const graph = isObject(written["graph_lock"]) ? written["graph_lock"]["nodes"] : undefined;
  const nodes = isObject(graph) ? Object.values(graph).filter(isObject) : [];
  return [
    ...["requires", "build_requires", "python_requires"].flatMap((key) => textsOf(written[key])),
    ...nodes.flatMap((node) => wordIn(node["ref"]) ?? wordIn(node["pref"]) ?? []),
  ];
};

/** Lines of the sections that name packages. */
const asked = (text: string): readonly string[] =>
  text.split(/^(?=\[)/m).flatMap((section) =>
    /^\[(?:build_|tool_|test_)?requires\]/.test(section)
      ? section
          .split(/\r?\n/)
          .slice(1)
          .map((line) => line.trim())
      : [],
  );

/** C and C++ packages that Conan is asked for, or has locked in any version of its lock file (docs.conan.io). */
export const conanfile: Cataloger = {
  name: "conanfile",
  scope: "declared",
  reads: "conanfile.txt, conan.lock",
  endings: ["txt", "lock"],
  isMine: (path) => /(?:^|\/)(?:conanfile\.txt|conan\.lock)$/.test(path),
  maxBytes: 8 * MIB,
  read: (content, path) => {
    const written = path.endsWith(".lock") ? jsonObject(content) : undefined;
    const references = written === undefined ? asked(content.toString("utf8")) : locked(written);
    return { packages: references.flatMap(fromReference) };
  },
};
