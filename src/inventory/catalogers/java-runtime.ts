import { type Cataloger, MIB } from "../cataloger.ts";

/** What a Java runtime says of itself: `JAVA_RUNTIME_VERSION="17.0.9+9"` (JEP 223), of older ones `JAVA_VERSION="1.8.0_392"` alone. */
export const javaRuntime: Cataloger = {
  name: "java-runtime",
  scope: "installed",
  reads: "release of a Java runtime",
  endings: ["release"],
  isMine: (path) => /(?:^|\/)release$/.test(path),
  maxBytes: MIB / 4,
  read: (content, path) => {
    const text = content.toString("utf8");
    const value = (key: string): string | undefined => new RegExp(`^${key}="([^"\\n]{1,100})"\\s*$`, "m").exec(text)?.[1];
    const release = value("JAVA_VERSION");
    if (release === undefined || !/^\d[\w.+-]*$/.test(release)) return undefined;
    // What stands behind the build is whose it is: `17.0.9+9-Debian-1deb12u1`, `-LTS`.
    const [version = release] = /^\d+(?:\.\d+)*(?:_\d+)?(?:-ea)?(?:\+\d+|-b\d+)?/.exec(value("JAVA_RUNTIME_VERSION") ?? "") ?? [];
    const name = value("GRAALVM_VERSION") === undefined ? "java" : "graalvm";
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    return {
      packages: [{ type: "generic", name, version, licenses: [] }],
      // Its tools name the same release each.
      covers: folder === "" ? [] : [`${folder}bin/`, `${folder}jre/bin/`],
    };
  },
};
