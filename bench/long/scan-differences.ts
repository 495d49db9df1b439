/**
 * Measures nothing: prints what snyk-docker-plugin 9.20.2 finds in a docker-archive and `seaworthy sbom` does not (<), and the other way round (>): the raw list behind
 * docs/guide/scan-differences.md. `IMAGE=ARCHIVE script/bench scan-differences`; without one, on the image of bench/scan.ts.
 */
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createBudget, openArchive, readImage } from "../../src/image/index.ts";
import { HERE } from "../../src/core/index.ts";
import { inventoryLookout, inventoryOf } from "../../src/inventory/index.ts";
import { peersIn } from "../support/peers.ts";

interface Fact {
  readonly type: string;
  readonly data: unknown;
}
interface Plugin {
  scan(options: { readonly path: string }): Promise<{
    readonly scanResults: readonly { readonly identity: { readonly type: string }; readonly facts: readonly Fact[] }[];
  }>;
}
interface DepGraph {
  getPkgs(): readonly { readonly name: string; readonly version?: string }[];
}

const path = resolve(process.env["IMAGE"] ?? join(process.env["SCAN_IMAGE"] ?? join(tmpdir(), "seaworthy-bench-scan"), "docker.tar"));
const folder = peersIn("scan-peers", { "snyk-docker-plugin": "9.20.2" }, { shescape: "2.1.12" });
const plugin = createRequire(join(folder, "package.json"))("snyk-docker-plugin") as Plugin;

const { scanResults } = await plugin.scan({ path: `docker-archive:${path}` });
const theirs = new Set(
  scanResults.flatMap(({ identity, facts }) =>
    facts.flatMap(({ type, data }) => {
      if (type === "depGraph")
        // A distribution's packages are called by their source and their own name.
        return (data as DepGraph).getPkgs().map(({ name, version = "" }) => {
          const own = identity.type === "deb" || identity.type === "apk" || identity.type === "rpm" ? name.replace(/^.*\//, "") : name;
          return `${identity.type} ${own} ${version}`;
        });
      if (type === "jarFingerprints")
        return (data as { readonly fingerprints: readonly { readonly location: string }[] }).fingerprints.map(
          ({ location }) => `jar ${location}`,
        );
      return type === "keyBinariesHashes" ? (data as readonly string[]).map((hash) => `binary with the hash ${hash}`) : [];
    }),
  ),
);

const source = await openArchive(path);
const contents = await readImage(await source.manifest(source.root), source, {
  lookout: inventoryLookout,
  budget: createBudget(),
  platform: HERE,
  trustDiffIds: true,
});
await source.close();
const ours = new Set(
  inventoryOf(contents).packages.map(({ type, namespace, name, version, ownedBy }) => {
    const full = namespace === undefined ? name : `${namespace}/${name}`;
    return `${type === "golang" ? "gomodules" : type} ${full} ${version}${ownedBy === undefined ? "" : ` (of ${ownedBy})`}`;
  }),
);
const plain = new Set([...ours].map((one) => one.replace(/ \(of .*$/, "")));
for (const one of [...theirs].toSorted()) if (!plain.has(one)) console.log(`< ${one}`);
for (const one of [...ours].toSorted()) if (!theirs.has(one.replace(/ \(of .*$/, ""))) console.log(`> ${one}`);
process.exit(0);
