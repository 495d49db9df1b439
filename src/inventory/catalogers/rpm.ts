import { createAllowance, MAX_OWNED_CHARACTERS, MAX_PACKAGES, MORE_PACKAGES } from "../allowance.ts";
import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";
import { berkeleyBlobs } from "../rpm/berkeley.ts";
import { readHeader } from "../rpm/header.ts";
import { ndbBlobs } from "../rpm/ndb.ts";
import { sqliteBlobs } from "../rpm/sqlite.ts";

/** Red Hat's and its kin's, SUSE's and Azure Linux's packages, in each form that rpm has kept them in. */
export const rpm: Cataloger = {
  name: "rpm",
  scope: "installed",
  reads: "var/lib/rpm/{Packages,Packages.db,rpmdb.sqlite}, usr/lib/sysimage/rpm/*, usr/share/rpm/*",
  endings: ["packages", "db", "sqlite"],
  isMine: (path) => /(?:^|\/)(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(?:Packages|Packages\.db|rpmdb\.sqlite)$/.test(path),
  maxBytes: 256 * MIB,
  read: (content) => {
    const blobs = sqliteBlobs(content) ?? ndbBlobs(content) ?? berkeleyBlobs(content);
    if (blobs === undefined) return undefined;
    const characters = createAllowance(MAX_OWNED_CHARACTERS);
    // A database can name the same bytes a million times.
    const bytes = createAllowance(2 * content.length);
    const packages: Package[] = [];
    const owns = new Map<string, readonly string[]>();
    for (const blob of blobs) {
      if (packages.length === MAX_PACKAGES || !bytes.take(blob.length)) return { packages, owns, unseen: MORE_PACKAGES };
      const found = readHeader(blob, characters);
      if (found === undefined) continue;
      packages.push(found.package);
      owns.set(found.package.name, found.files);
    }
    return { packages, owns, ...(characters.isSpent() ? { unseen: "the names of its files are longer than is read" } : {}) };
  },
};
