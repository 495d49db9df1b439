import { SeaworthyError } from "../../core/index.ts";

/** The records of a pax header: `<length> <key>=<value>\n`, the length counting itself in bytes. @throws INPUT_INVALID */
export const readPax = (body: Buffer): readonly (readonly [string, Buffer])[] => {
  const records: (readonly [string, Buffer])[] = [];
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(body.toString("latin1", at, space));
    const equals = body.indexOf(0x3d, space);
    if (!Number.isInteger(length) || length < 5 || at + length > body.length || equals < 0 || equals >= at + length)
      throw new SeaworthyError("INPUT_INVALID", "the tar archive is damaged: a pax record cannot be read");
    records.push([body.toString("utf8", space + 1, equals), body.subarray(equals + 1, at + length - 1)]);
    at += length;
  }
  return records;
};

export const writePax = (records: readonly (readonly [string, Buffer])[]): Buffer =>
  Buffer.concat(
    records.map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")]);
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
