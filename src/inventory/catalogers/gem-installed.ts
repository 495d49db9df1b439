import { type Cataloger, MIB } from "../cataloger.ts";
import { requiring } from "../package.ts";

/** `s.name = "rack".freeze`, of any variable. */
const assigned = (text: string, field: string): string | undefined =>
  new RegExp(`^[ \\t]*\\w+\\.${field}\\s*=\\s*(?:Gem::Version\\.new\\s*\\(?\\s*)?["']([^"'\\n]{1,200})["']`, "m").exec(text)?.[1];

const licensesOf = (text: string): readonly string[] => {
  const list = /^[ \t]*\w+\.licenses\s*=\s*\[([^\]\n]{0,500})\]/m.exec(text)?.[1] ?? "";
  const several = [...list.matchAll(/["']([^"']+)["']/g)].map(([, license = ""]) => license);
  const one = assigned(text, "license");
  return one === undefined ? several : [one];
};

/** `s.add_runtime_dependency(%q<rack>.freeze, ["~> 2.0".freeze])`, and `add_dependency` of older ones. */
const dependenciesOf = (text: string): readonly (readonly [string, string])[] =>
  [...text.matchAll(/^[ \t]*\w+\.add_(?:runtime_)?dependency\(?\s*%q<([^>\n]{1,200})>[^[\n]{0,40}\[([^\]\n]{0,300})\]/gm)].map(
    ([, name = "", ranges = ""]) => [name, [...ranges.matchAll(/["']([^"']+)["']/g)].map(([, range = ""]) => range).join(", ")],
  );

/** Ruby gems that are installed: RubyGems writes a specification of each (guides.rubygems.org/specification-reference). */
export const gemInstalled: Cataloger = {
  name: "gem-installed",
  scope: "installed",
  reads: "specifications/**/*.gemspec",
  endings: ["gemspec"],
  isMine: (path) => /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/.test(path),
  maxBytes: MIB,
  read: (content) => {
    const text = content.toString("utf8");
    const [name, version] = [assigned(text, "name"), assigned(text, "version")];
    if (name === undefined || version === undefined) return undefined;
    return { packages: [{ type: "gem", name, version, licenses: licensesOf(text), ...requiring(dependenciesOf(text)) }] };
  },
};
