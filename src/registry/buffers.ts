/** Large enough that calls do not count, small enough to stay in a processor's cache between the disk's copy and the socket's. */
export const BUFFER_BYTES = 512 * 1024;
/** Kept for the next; what many transfers at once needed beyond that is given back to the system. */
const KEPT = 32;
const kept: Buffer[] = [];

/** Memory for blobs on their way: taken and given back, because new memory for each read costs more than the read. */
export const takeBuffer = (): Buffer => kept.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);

/** Only when nothing writes from it or into it any more. */
export const giveBack = (buffer: Buffer): void => {
  if (kept.length < KEPT) kept.push(buffer);
};
