import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** `pkg:bitnami/nginx@1.25.3-0?arch=amd64&distro=debian-12`. */
const fromUrl = (url: string): readonly Package[] => {
  const [, name, version, qualifiers = ""] =
    /^pkg:bitnami\/([a-z0-9._-]{1,100})@([0-9A-Za-z._+-]{1,100})(?:\?(\S{0,300}))?$/.exec(url) ?? [];
  if (name === undefined || version === undefined) return [];
  const arch = new URLSearchParams(qualifiers).get("arch");
  return [{ type: "bitnami", name, version, ...(arch === null ? {} : { arch }), licenses: [] }];
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What Bitnami has put into its images: an SPDX document in the folder of each (github.com/bitnami/containers). */
export const bitnamiSbom: Cataloger = {
  name: "bitnami-sbom",
  scope: "installed",
  reads: "opt/bitnami/*/.spdx-*.spdx",
  endings: ["spdx"],
  isMine: (path) => /(?:^|\/)\.spdx-[^/]+\.spdx$/.test(path),
  maxBytes: 8 * MIB,
  read: (content, path) => {
    const written = jsonObject(content);
    if (written === undefined) return undefined;
    const packages = listOf(written["packages"]).flatMap((one): readonly Package[] => {
      const declared = isObject(one) ? wordIn(one["licenseDeclared"]) : undefined;
      const licenses = declared === undefined || declared === "NOASSERTION" || declared === "NONE" ? [] : [declared];
      return listOf(isObject(one) ? one["externalRefs"] : undefined).flatMap((reference) =>
        fromUrl((isObject(reference) ? wordIn(reference["referenceLocator"]) : undefined) ?? "").map((found) => ({ ...found, licenses })),
      );
    });
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    return {
      packages: [...new Map(packages.map((one) => [`${one.name}@${one.version}`, one])).values()],
      covers: folder === "" ? [] : [folder],
    };
  },
};
