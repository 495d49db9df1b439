import * as v from "valibot";
import type { SigningKey, TrustedKey } from "../keys.ts";

const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** DSSE (github.com/secure-systems-lab/dsse, envelope.md). */
const ENVELOPE = v.object({
  payloadType: v.string(),
  payload: v.string(),
  // A second signature could be of anybody, so that whoever reads the first only would be told of both.
  signatures: v.pipe(v.array(v.object({ sig: v.string() })), v.length(1, "it has more than one signature, or none")),
});

export type Envelope = v.InferOutput<typeof ENVELOPE>;

/** What DSSE signs (protocol.md, PAE): lengths in bytes, so that no two pairs have the same text. */
const encoded = (type: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);

export const sealed = (statement: Uint8Array, key: SigningKey): Envelope => ({
  payloadType: PAYLOAD_TYPE,
  payload: Buffer.from(statement).toString("base64"),
  signatures: [{ sig: Buffer.from(key.sign(encoded(PAYLOAD_TYPE, statement))).toString("base64") }],
});

/** The statement's bytes and the key that signed them, or why it does not count. */
export const opened = (
  envelope: unknown,
  keys: readonly TrustedKey[],
): { readonly statement: Uint8Array; readonly key: TrustedKey } | string => {
  const parsed = v.safeParse(ENVELOPE, envelope);
  if (!parsed.success) return `it is no DSSE envelope: ${parsed.issues[0].message}`;
  const { payloadType, payload, signatures } = parsed.output;
  if (payloadType !== PAYLOAD_TYPE) return `it holds "${payloadType.slice(0, 100)}", and no in-toto statement`;
  const signature = Buffer.from(signatures[0]?.sig ?? "", "base64");
  const statement = Buffer.from(payload, "base64");
  const signed = encoded(PAYLOAD_TYPE, statement);
  const key = keys.find((each) => each.verifies(signed, signature));
  return key === undefined ? "it was signed by none of the trusted keys, or changed afterwards" : { statement, key };
};
