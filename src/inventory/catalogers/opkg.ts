import { type Cataloger, MIB } from "../cataloger.ts";
import { debianPackage, packagesOf } from "./dpkg.ts";

/** Packages of OpenWrt and of Yocto's images, in dpkg's form (openwrt.org/docs/guide-user/additional-software/opkg). */
export const opkg: Cataloger = {
  name: "opkg",
  scope: "installed",
  reads: "usr/lib/opkg/status, var/lib/opkg/status",
  endings: ["status", "control"],
  isMine: (path) => /(?:^|\/)(?:usr|var)\/lib\/opkg\/(?:status|info\/[^/]+\.control)$/.test(path),
  maxBytes: 16 * MIB,
  read: (content) =>
    packagesOf(content, (fields) => {
      const found = debianPackage(fields);
      const license = fields.get("license");
      return found === undefined ? undefined : { ...found, type: "opkg", licenses: license === undefined ? [] : [license] };
    }),
};
