import { type Cataloger, MIB } from "../cataloger.ts";
import { berkeleyBlobs } from "../rpm/berkeley.ts";
import { readHeader } from "../rpm/header.ts";
import { ndbBlobs } from "../rpm/ndb.ts";
import { sqliteBlobs } from "../rpm/sqlite.ts";

/** Red Hat's and its kin's, SUSE's and Azure Linux's packages, in each form that rpm has kept them in. */
export const rpm: Cataloger = {
  name: "rpm",
  scope: "installed",
  reads: "var/lib/rpm/{Packages,Packages.db,rpmdb.sqlite}, usr/lib/sysimage/rpm/*, usr/share/rpm/*",
  isMine: (path) => /(?:^|\/)(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(?:Packages|Packages\.db|rpmdb\.sqlite)$/.test(path),
  maxBytes: 256 * MIB,
  read: (content) => {
    const blobs = sqliteBlobs(content) ?? ndbBlobs(content) ?? berkeleyBlobs(content);
    if (blobs === undefined) return undefined;
    const found = blobs.flatMap((blob) => readHeader(blob) ?? []);
    return { packages: found.map((one) => one.package), owns: new Map(found.map((one) => [one.package.name, one.files])) };
  },
};
