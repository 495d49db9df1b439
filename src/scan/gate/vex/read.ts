import * as v from "valibot";
import { SeaworthyError } from "../../../core/index.ts";
import { type JsonFile, readJsonFile } from "../json-file.ts";
import { cycloneDxStatements, isCycloneDx } from "./cyclonedx-vex.ts";
import { isOpenVex, openVexStatements, unreadVersion } from "./openvex.ts";
import type { VexStatement } from "./statement.ts";

/** The largest hub's documents have 10 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** An in-toto statement, whose subjects are the products of what names none (openvex/spec, ATTESTING.md). */
const ATTESTATION = v.object({
  predicateType: v.string(),
  predicate: v.unknown(),
  subject: v.optional(
    v.array(v.object({ name: v.optional(v.string(), ""), digest: v.optional(v.record(v.string(), v.string()), {}) })),
    [],
  ),
});

const attestedStatements = (file: JsonFile): readonly VexStatement[] | undefined => {
  const attestation = v.safeParse(ATTESTATION, file.value);
  if (!attestation.success || !isOpenVex(attestation.output.predicate)) return undefined;
  const { subject, predicate } = attestation.output;
  return openVexStatements(
    { ...file, placeOf: (path) => file.placeOf(["predicate", ...path]) },
    predicate,
    subject.map(({ name, digest: { sha256 } }) => ({
      ids: name === "" ? [] : [name],
      sha256: sha256 === undefined ? [] : [sha256],
      subcomponents: [],
    })),
  );
};

/** Statements of one file: OpenVEX, OpenVEX in an attestation, CycloneDX. @throws INPUT_NOT_FOUND, INPUT_INVALID with the place, INPUT_TOO_LARGE */
export const readVex = (path: string, cwd: string): readonly VexStatement[] => {
  const file = readJsonFile(path, cwd, MAX_BYTES);
  if (isOpenVex(file.value)) {
    const unread = unreadVersion(file.value["@context"]);
    if (unread !== undefined)
      throw new SeaworthyError("INPUT_INVALID", `${file.placeOf(["@context"])}: ${unread.slice(0, 100)} is read up to version 0.2.0`);
    return openVexStatements(file, file.value);
  }
  if (isCycloneDx(file.value)) return cycloneDxStatements(file);
  const attested = attestedStatements(file);
  if (attested !== undefined) return attested;
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${file.shown}:1:1: this is neither OpenVEX ("@context": "https://openvex.dev/ns/v0.2.0") nor CycloneDX ("bomFormat": "CycloneDX")`,
  );
};
