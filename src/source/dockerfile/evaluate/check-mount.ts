import { type DiagnosticCode, quoted, type Report } from "../diagnostic.ts";
import type { Mount, MountField } from "../instructions/mount.ts";
import type { MappedText } from "../mapped-text.ts";
import { withSuggestion } from "../suggest.ts";

const TYPES = ["bind", "cache", "tmpfs", "secret", "ssh"];
const SHARING = ["shared", "private", "locked"];
const KEYS = "type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env".split(" ");
const KNOWN = new Set(KEYS);
const TRUTHS = new Set(["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"]);
const SIZE = /^\d+(?:\.\d+)? ?(?:[kmgtp]i?)?b?$/i;
const MOUNT: DiagnosticCode = "mount";

/** A mount's value with variables replaced; undefined when it is not known. */
export type ValueOf = (value: MappedText) => string | undefined;

const isUint32 = (text: string, base: 8 | 10): boolean =>
  (base === 8 ? /^[0-7]+$/ : /^\d+$/).test(text) && Number.parseInt(text, base) <= 0xffff_ffff;

/** What is wrong with one field; undefined when nothing is. */
const fieldComplaint = (field: MountField, type: string | undefined, valueOf: ValueOf): string | undefined => {
  const { key, word } = field;
  const isFlag = key === "readonly" || key === "readwrite" || key === "required";
  const misplaced = (types: readonly string[]): boolean => type !== undefined && !types.includes(type);
  if (key === "required" && misplaced(["secret", "ssh"])) return `unexpected key 'required' for mount type '${type}'`;
  if (field.value === undefined) return isFlag ? undefined : `invalid field '${word.text}' must be a key=value pair`;
  if (!KNOWN.has(key)) return withSuggestion(`unexpected key '${key}' in '${word.text}'`, key, KEYS);
  if (key === "size" && misplaced(["tmpfs"])) return `unexpected key 'size' for mount type '${type}'`;
  const value = valueOf(field.value);
  if (value === undefined) return undefined;
  if (isFlag) return TRUTHS.has(value) ? undefined : `invalid value for ${key}: ${value}`;
  if (key === "type")
    return TYPES.includes(value.toLowerCase()) ? undefined : withSuggestion(`unsupported mount type ${quoted(value)}`, value, TYPES);
  if (key === "sharing")
    return SHARING.includes(value.toLowerCase()) ? undefined : withSuggestion(`unsupported sharing value ${quoted(value)}`, value, SHARING);
  if (key === "size") return SIZE.test(value) ? undefined : `invalid value for size: ${value}`;
  if (key === "mode" || key === "uid" || key === "gid")
    return isUint32(value, key === "mode" ? 8 : 10) ? undefined : `invalid value ${value} for ${key}`;
  return undefined;
};

const wholeComplaint = (keys: ReadonlyMap<string, MountField>, type: string, valueOf: ValueOf): string | undefined => {
  const isSet = (key: string): boolean => {
    const value = keys.get(key)?.value;
    return value !== undefined && valueOf(value) !== "";
  };
  if (type === "bind" || type === "tmpfs")
    for (const key of ["mode", "uid", "gid"]) if (keys.has(key)) return `${key} not allowed for ${quoted(type)} type mounts`;
  if (type === "secret") {
    if (isSet("from")) return "secret mount should not have a from";
    if (isSet("sharing")) return "secret mount should not define sharing";
    if (!isSet("source") && !isSet("target") && !isSet("id")) return "invalid secret mount. one of source, target required";
    if (isSet("source") && isSet("id")) return "both source and id can't be set";
  }
  return type !== "cache" && isSet("sharing") ? `invalid cache sharing set for ${type} mount` : undefined;
};

/** Reports what BuildKit refuses once variables are replaced. Source: parseMount in frontend/dockerfile/instructions/commands_runmount.go. */
export const checkMount = (mount: Mount, valueOf: ValueOf, report: Report): void => {
  const keys = new Map(mount.fields.map((field) => [field.key, field]));
  // BuildKit goes from left to right: what a key may be depends on the type as far as it has been read.
  let type: string | undefined = "bind";
  for (const field of mount.fields) {
    const message = fieldComplaint(field, type, valueOf);
    if (message !== undefined) {
      report(MOUNT, message, field.word.range);
      return;
    }
    if (field.key === "type" && field.value !== undefined) type = valueOf(field.value)?.toLowerCase();
  }
  const message = type === undefined ? undefined : wholeComplaint(keys, type, valueOf);
  if (message !== undefined) report(MOUNT, message, mount.word.range);
};
