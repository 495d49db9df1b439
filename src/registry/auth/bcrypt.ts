import { timingSafeEqual } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { SeaworthyError } from "../../core/index.ts";
import { wordsOfPi } from "./blowfish-constants.ts";

/** Provos and Mazieres, "A Future-Adaptable Password Scheme" (USENIX 1999), as htpasswd -B writes it. Only to read: passwords of our own are kept by scrypt. */
const FORMAT = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
/** Each step doubles the work of whoever asks; 12 takes about a second here. */
const MAX_COST = 12;
const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Key set-ups between two turns of the event loop: a few milliseconds. */
const SLICE = 16;

/** Bcrypt's own base64: another alphabet, no padding. */
const decode = (text: string, bytes: number): Uint8Array => {
  const out = new Uint8Array(bytes);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    bits = (bits << 6) | ALPHABET.indexOf(character);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (at < bytes) out[at++] = (bits >> held) & 0xff;
  }
  return out;
};

interface Blowfish {
  /** P and then S, as words of 32 bits. */
  readonly box: Uint32Array;
  /** The block that was last enciphered. */
  readonly block: Uint32Array;
}

let initial: Uint32Array | undefined;
const P = 18;

const encipher = ({ box, block }: Blowfish): void => {
  let left = block[0] ?? 0;
  let right = block[1] ?? 0;
  for (let round = 0; round < 16; round++) {
    left ^= box[round] ?? 0;
    const mixed =
      ((((box[P + (left >>> 24)] ?? 0) + (box[P + 256 + ((left >>> 16) & 255)] ?? 0)) ^ (box[P + 512 + ((left >>> 8) & 255)] ?? 0)) +
        (box[P + 768 + (left & 255)] ?? 0)) |
      0;
    const next = right ^ mixed;
    right = left;
    left = next;
  }
  block[0] = right ^ (box[17] ?? 0);
  block[1] = left ^ (box[16] ?? 0);
};

/** A key or salt as endless words: its bytes again and again. */
const wordsFrom = (bytes: Uint8Array, count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, at) => {
    let word = 0;
    for (let byte = 0; byte < 4; byte++) word = (word << 8) | (bytes[(at * 4 + byte) % bytes.length] ?? 0);
    return word;
  });

const expandKey = (state: Blowfish, key: Uint32Array, salt: Uint32Array | undefined): void => {
  const { box, block } = state;
  for (let at = 0; at < P; at++) box[at] = (box[at] ?? 0) ^ (key[at] ?? 0);
  block.fill(0);
  for (let at = 0; at < box.length; at += 2) {
    if (salt !== undefined) {
      block[0] = (block[0] ?? 0) ^ (salt[at % 4] ?? 0);
      block[1] = (block[1] ?? 0) ^ (salt[(at + 1) % 4] ?? 0);
    }
    encipher(state);
    box[at] = block[0] ?? 0;
    box[at + 1] = block[1] ?? 0;
  }
};

const hash = async (password: string, salt: Uint8Array, cost: number): Promise<Uint8Array> => {
  initial ??= wordsOfPi(P + 1024);
  const state: Blowfish = { box: initial.slice(), block: new Uint32Array(2) };
  // The terminating zero belongs to the key; of what is longer only 72 bytes count.
  const key = wordsFrom(Buffer.concat([Buffer.from(password), Buffer.of(0)]).subarray(0, 72), P);
  const saltKey = wordsFrom(salt, P);
  expandKey(state, key, wordsFrom(salt, 4));
  for (let round = 0; round < 2 ** cost; round++) {
    expandKey(state, key, undefined);
    expandKey(state, saltKey, undefined);
    if (round % SLICE === SLICE - 1) await turn();
  }
  const text = wordsFrom(Buffer.from("OrpheanBeholderScryDoubt"), 6);
  for (let at = 0; at < 6; at += 2) {
    state.block.set(text.subarray(at, at + 2));
    for (let round = 0; round < 64; round++) encipher(state);
    text.set(state.block, at);
  }
  const out = Buffer.alloc(24);
  text.forEach((word, at) => out.writeUInt32BE(word >>> 0, at * 4));
  return out.subarray(0, 23);
};

/** @throws INPUT_INVALID for what is no bcrypt hash, or one whose cost would be a weapon against us */
export const requireBcrypt = (encoded: string): void => {
  const cost = Number(FORMAT.exec(encoded)?.[1] ?? Number.NaN);
  if (Number.isNaN(cost))
    throw new SeaworthyError("INPUT_INVALID", "it is not a bcrypt hash ($2y$...)", { hint: "Make it with: htpasswd -nB NAME" });
  if (cost < 4 || cost > MAX_COST)
    throw new SeaworthyError("INPUT_INVALID", `its bcrypt cost is ${cost}; from 4 to ${MAX_COST} is taken`, {
      hint: "Make it again with htpasswd -nB -C 10 NAME.",
    });
};

/** Whether the password belongs to a hash that `requireBcrypt` takes. Other work goes on meanwhile. */
export const verifyBcrypt = async (encoded: string, password: string): Promise<boolean> => {
  requireBcrypt(encoded);
  const [, cost = "", salt = "", digest = ""] = FORMAT.exec(encoded) ?? [];
  return timingSafeEqual(await hash(password, decode(salt, 16), Number(cost)), decode(digest, 23));
};
