import type { KeptFinding } from "./kept-scan.ts";

/** One finding in a line. */
export const keptFindingWords = ({ id, severity, exploited, package: name, version, fixed }: KeptFinding): string =>
  `${id} (${severity}${exploited === true ? ", known to be exploited" : ""}) in ${name} ${version}, ${fixed === undefined ? "no fix" : `fixed in ${fixed}`}`;
