import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** `https://github.com/apple/swift-nio.git` is `github.com/apple` and `swift-nio`. */
const placeOf = (location: string): Pick<Package, "namespace"> => {
  const [, host, folder] = /^(?:https?:\/\/|ssh:\/\/)?(?:[^@/]+@)?([^/:]+)[/:](.+)\/[^/]+$/.exec(location) ?? [];
  return host === undefined || folder === undefined ? {} : { namespace: `${host}/${folder}` };
};

/** Swift packages that are locked, in each version of the file; a branch or a commit alone is no version (github.com/swiftlang/swift-package-manager). */
export const packageResolved: Cataloger = {
  name: "package-resolved",
  scope: "declared",
  reads: "Package.resolved",
  endings: ["resolved"],
  isMine: (path) => /(?:^|\/)\.?Package\.resolved$/.test(path),
  maxBytes: 8 * MIB,
  read: (content) => {
    const written = jsonObject(content);
    const pins = written?.["pins"] ?? (isObject(written?.["object"]) ? written["object"]["pins"] : undefined);
    if (!Array.isArray(pins)) return undefined;
    const packages = pins.flatMap((pin: unknown): readonly Package[] => {
      if (!isObject(pin)) return [];
      const location = wordIn(pin["location"] ?? pin["repositoryURL"]) ?? "";
      const name = wordIn(pin["identity"] ?? pin["package"]);
      const version = wordIn(isObject(pin["state"]) ? pin["state"]["version"] : undefined);
      return name === undefined || version === undefined ? [] : [{ type: "swift", ...placeOf(location), name, version, licenses: [] }];
    });
    return { packages };
  },
};
