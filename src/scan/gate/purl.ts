/** A package URL in its parts (github.com/package-url/purl-spec), decoded. */
export interface Purl {
  readonly type: string;
  /** Absent where there is none; of Go modules the whole path stands in `name`. */
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

const MAX_LENGTH = 4096;

/** What is not well encoded is taken as it stands. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const qualifiersOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("&").flatMap((pair) => {
      const equals = pair.indexOf("=");
      return equals <= 0 ? [] : [[pair.slice(0, equals).toLowerCase(), decoded(pair.slice(equals + 1))] as const];
    }),
  );

/** How names of a type are compared: PyPI takes `_`, `.` and capitals for one, and some registries know no capitals. */
const canonical = (type: string, name: string): string => {
  if (type === "pypi") return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
  return ["apk", "composer", "deb", "github", "npm", "nuget", "oci"].includes(type) ? name.toLowerCase() : name;
};

/** Takes what people and tools write, beyond what the specification has: `pkg://`, scopes as `@scope`, digests that are not encoded. Undefined for what is none. */
export const parsePurl = (text: string): Purl | undefined => {
  if (text.length > MAX_LENGTH || !/^pkg:/i.test(text)) return undefined;
  const [whole = ""] = text.slice(4).split("#", 1);
  const question = whole.indexOf("?");
  const path = (question < 0 ? whole : whole.slice(0, question)).replace(/^\/+/, "").replace(/\/+$/, "");
  const at = path.lastIndexOf("@");
  // A scope that is not encoded is no version.
  const versioned = at > 0 && path[at - 1] !== "/";
  const version = versioned ? decoded(path.slice(at + 1)) : "";
  const [kind = "", ...segments] = (versioned ? path.slice(0, at) : path).split("/").filter((one) => one !== "");
  const type = kind.toLowerCase();
  const names = segments.map(decoded);
  const name = type === "golang" ? names.join("/") : names.at(-1);
  if (type === "" || name === undefined || name === "") return undefined;
  const namespace = type === "golang" ? "" : names.slice(0, -1).join("/");
  return {
    type,
    ...(namespace === "" ? {} : { namespace: canonical(type, namespace) }),
    name: canonical(type, name),
    ...(version === "" ? {} : { version }),
    qualifiers: question < 0 ? new Map() : qualifiersOf(whole.slice(question + 1)),
  };
};
