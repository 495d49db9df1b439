/** An ELF file of a header, its sections' bytes one after another, their names, and the table of them (System V ABI, "Object Files"). */
export const elfOf = (sections: Readonly<Record<string, Buffer>>, { bits = 64, big = false } = {}): Buffer => {
  const is64 = bits === 64;
  const [entry, head] = is64 ? [64, 64] : [40, 52];
  const all = [...Object.entries(sections), [".shstrtab", Buffer.alloc(0)] as const];
  const names = Buffer.from(`\0${all.map(([name]) => `${name}\0`).join("")}`, "latin1");
  const bodies = [...Object.values(sections), names];
  const table = head + bodies.reduce((sum, { length }) => sum + length, 0);
  const bytes = Buffer.concat([Buffer.alloc(head), ...bodies, Buffer.alloc((all.length + 1) * entry)]);
  bytes.write("\x7fELF", "latin1");
  bytes[4] = is64 ? 2 : 1;
  bytes[5] = big ? 2 : 1;
  const u16 = (value: number, at: number): number => (big ? bytes.writeUInt16BE(value, at) : bytes.writeUInt16LE(value, at));
  const u32 = (value: number, at: number): number => (big ? bytes.writeUInt32BE(value, at) : bytes.writeUInt32LE(value, at));
  const word = (value: number, at: number): void => {
    if (!is64) u32(value, at);
    else if (big) bytes.writeBigUInt64BE(BigInt(value), at);
    else bytes.writeBigUInt64LE(BigInt(value), at);
  };
  word(table, is64 ? 40 : 32);
  u16(entry, is64 ? 58 : 46);
  u16(all.length + 1, is64 ? 60 : 48);
  u16(all.length, is64 ? 62 : 50);
  let [nameAt, bodyAt] = [1, head];
  for (const [index, [name]] of all.entries()) {
    const at = table + (index + 1) * entry;
    const sizeBytes = bodies[index]?.length ?? 0;
    u32(nameAt, at);
    word(bodyAt, at + (is64 ? 24 : 16));
    word(sizeBytes, at + (is64 ? 32 : 20));
    nameAt += name.length + 1;
    bodyAt += sizeBytes;
  }
  return bytes;
};

/** Parts of a file that is in memory. */
export const partsOf =
  (bytes: Buffer) =>
  (offset: number, count: number): Buffer =>
    bytes.subarray(offset, offset + Math.max(0, count));
