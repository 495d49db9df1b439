import type { FoundSecret } from "../../inventory/index.ts";
import type { GateVulnerability } from "./subject.ts";

/** Of what is no package: a waiver names its id and its path, a baseline both. */
const KIND = "secret";

/** A secret as the gate judges it: critical where it is sure, whether there is a fix for it or not; else medium. */
export const secretAsVulnerability = (secret: FoundSecret): GateVulnerability => {
  const { id, what, isSure, path, layer, layerIndex } = secret;
  return {
    id,
    advisories: [],
    ecosystem: KIND,
    name: path,
    version: "",
    state: "unfixed",
    severity: { rating: isSure ? "critical" : "medium", written: what },
    severities: [],
    packages: [
      {
        type: KIND,
        name: path,
        version: "",
        path,
        purl: "",
        ...(layer === undefined || layerIndex === undefined ? {} : { layer, layerIndex }),
      },
    ],
    secret,
  };
};
