/**
 * Tar archives as blocks, to be put together wrongly. Nothing of src: what is under test shall not make its own test.
 */
export const BLOCK = 512;

/** A header block as it stands there, and what follows it, without padding. Extensions (pax, GNU long names) are pieces of their own. */
export interface Piece {
  readonly header: Buffer;
  readonly body: Buffer;
}

export interface HeaderFields {
  readonly name: string;
  /** Default "0", a file. */
  readonly type?: string;
  readonly sizeBytes?: number;
  readonly linkName?: string;
  readonly mode?: number;
}

/** With the checksum that it now has. */
export const checksummed = (header: Buffer): Buffer => {
  header.write("        ", 148, "latin1");
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
};

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;

export const headerOf = ({ name, type = "0", sizeBytes = 0, linkName = "", mode = 0o644 }: HeaderFields): Buffer => {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, "utf8");
  header.write(octal(mode, 8) + octal(0, 8) + octal(0, 8), 100, "latin1");
  header.write(octal(sizeBytes, 12) + octal(1_700_000_000, 12), 124, "latin1");
  header.write(type, 156, "latin1");
  header.write(linkName, 157, 100, "utf8");
  header.write("ustar\x0000", 257, "latin1");
  return checksummed(header);
};

const extension = (type: string, body: Buffer): Piece => ({
  header: headerOf({ name: "././@LongLink", type, sizeBytes: body.length }),
  body,
});

/** The pieces of one entry, with GNU's extensions where its names are long. */
export const entryOf = (fields: HeaderFields, content: Buffer | string = ""): readonly Piece[] => {
  const body = Buffer.from(content);
  const long = (type: string, text: string): readonly Piece[] =>
    Buffer.byteLength(text) <= 100 ? [] : [extension(type, Buffer.from(`${text}\0`))];
  return [
    ...long("L", fields.name),
    ...long("K", fields.linkName ?? ""),
    { header: headerOf({ ...fields, sizeBytes: fields.sizeBytes ?? body.length }), body },
  ];
};

/** A pax record that counts its own length, or lies about it. */
export const paxRecord = (key: string, value: string | Buffer, lie?: number): Buffer => {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(lie ?? length)), rest]);
};

export const paxOf = (records: readonly Buffer[], type = "x"): Piece => {
  const body = Buffer.concat(records);
  return { header: headerOf({ name: "PaxHeaders/x", type, sizeBytes: body.length }), body };
};

const ZEROS = Buffer.alloc(2 * BLOCK);
const padding = (sizeBytes: number): Buffer => ZEROS.subarray(0, (BLOCK - (sizeBytes % BLOCK)) % BLOCK);

export const joinTar = (pieces: readonly Piece[], end: Buffer = ZEROS): Buffer =>
  Buffer.concat([...pieces.flatMap(({ header, body }) => [header, body, padding(body.length)]), end]);

/** As far as it can be followed. */
export const splitTar = (bytes: Buffer): readonly Piece[] => {
  const pieces: Piece[] = [];
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + BLOCK);
    const sizeBytes = Number.parseInt(header.toString("latin1", 124, 136).replaceAll("\0", " ").trim() || "0", 8);
    if (!(sizeBytes >= 0)) break;
    pieces.push({ header, body: bytes.subarray(at + BLOCK, at + BLOCK + sizeBytes) });
    at += BLOCK + Math.ceil(sizeBytes / BLOCK) * BLOCK;
  }
  return pieces;
};

export const nameOf = ({ header }: Piece): string => {
  const text = (from: number, length: number): string => header.toString("utf8", from, from + length).split("\0", 1)[0] ?? "";
  const prefix = header.toString("latin1", 257, 263) === "ustar\0" ? text(345, 155) : "";
  return prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`;
};

/** The same piece with other content, and a header that says so. */
export const withBody = ({ header }: Piece, body: Buffer): Piece => {
  const changed = Buffer.from(header);
  changed.write(octal(body.length, 12), 124, "latin1");
  return { header: checksummed(changed), body };
};

/** The same piece with a changed header and a checksum that fits. */
export const withHeader = ({ header, body }: Piece, change: (header: Buffer) => void): Piece => {
  const changed = Buffer.from(header);
  change(changed);
  return { header: checksummed(changed), body };
};
