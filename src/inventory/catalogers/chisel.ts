import { zstdDecompressSync } from "node:zlib";
import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

const MAX_WALL_BYTES = 128 * MIB;

const wallOf = (content: Buffer): string | undefined => {
  try {
    return zstdDecompressSync(content, { maxOutputLength: MAX_WALL_BYTES }).toString("utf8");
  } catch {
    return undefined;
  }
};

/** Ubuntu's packages of which Chisel has cut slices: lines of JSON, packed (documentation.ubuntu.com/chisel, "Chisel manifest"). */
export const chisel: Cataloger = {
  name: "chisel",
  scope: "installed",
  reads: "var/lib/chisel/manifest.wall",
  endings: ["wall"],
  isMine: (path) => path.endsWith(".wall") && /(?:^|\/)var\/lib\/chisel\/manifest\.wall$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const wall = wallOf(content);
    if (wall === undefined) return undefined;
    const packages: Package[] = [];
    const owns = new Map<string, string[]>();
    for (const line of wall.split("\n")) {
      const written = line.startsWith("{") ? jsonObject(Buffer.from(line)) : undefined;
      const [kind, name, version, arch] = ["kind", "name", "version", "arch"].map((key) => wordIn(written?.[key]));
      if (kind === "package" && name !== undefined && version !== undefined)
        packages.push({ type: "deb", name, version, source: { name, version }, ...(arch === undefined ? {} : { arch }), licenses: [] });
      const path = wordIn(written?.["path"]);
      const slices: unknown = written?.["slices"];
      // A slice is named after its package: `libc6_libs`.
      const owner = kind === "path" && isObject(written) && Array.isArray(slices) ? wordIn(slices[0])?.split("_", 1)[0] : undefined;
      if (owner !== undefined && path !== undefined && !path.endsWith("/"))
        owns.set(owner, [...(owns.get(owner) ?? []), path.replace(/^\/+/, "")]);
    }
    return { packages, owns };
  },
};
