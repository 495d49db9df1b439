import { describe, expect, test } from "vitest";
import { readTar } from "./read-tar.ts";
import { setTarTimes, type TimeRule } from "./set-times.ts";
import { archive, END, inPieces, pad, pax, special, whole, writeExtent } from "./tar.fixture.ts";
import { BLOCK, decodeBlock, writeOctal } from "./tar-block.ts";
import { type NewTarEntry, tarHeader } from "./write-tar.ts";

const EPOCH = 1_600_000_000;
const CLAMP: TimeRule = { to: EPOCH, laterThan: EPOCH };
/** As a build sets the files that a step made: newer than the base image, to the time of a commit that is newer still. */
const STEP: TimeRule = { to: 300, laterThan: 200 };
const EVERY: TimeRule = { to: 300, laterThan: Number.NEGATIVE_INFINITY };

const set = (bytes: Buffer, rule: TimeRule = CLAMP, length = 313): Promise<Buffer> => whole(setTarTimes(inPieces(bytes, length), rule));
const read = async (bytes: Buffer): Promise<readonly { path: string; mtime: number; text: string }[]> => {
  const found = [];
  for await (const { header, body } of readTar(inPieces(bytes)))
    found.push({ path: header.path, mtime: header.mtimeSeconds, text: (await whole(body)).toString() });
  return found;
};

describe("header blocks", () => {
  test("an archive without late times stays exactly as it is, trailing bytes too", async () => {
    const bytes = Buffer.concat([
      await archive([
        { path: "usr/file", body: Buffer.from("hello"), mtimeSeconds: EPOCH },
        { path: "x".repeat(150), mtimeSeconds: 5 },
      ]),
      Buffer.alloc(10_240),
    ]);
    expect((await set(bytes)).equals(bytes)).toBe(true);
  });

  test("late times change and nothing else", async () => {
    const entries = (mtimeSeconds: number): NewTarEntry[] => [
      { path: "early", mtimeSeconds: 1, body: Buffer.from("1") },
      { path: "late", mtimeSeconds, body: Buffer.alloc(3000, "z") },
      { path: "dir", type: "directory", mtimeSeconds },
    ];
    expect((await set(await archive(entries(EPOCH + 77)))).equals(await archive(entries(EPOCH)))).toBe(true);
  });

  test.each([1, 511, 512, 513, 100_000])("in chunks of %i bytes: what is later than one time gets another", async (size) => {
    const entries = (late: number): NewTarEntry[] => [
      { path: "old", mtimeSeconds: 100, body: Buffer.from("from a package") },
      { path: "edge", mtimeSeconds: 200 },
      { path: "new", mtimeSeconds: late, body: Buffer.alloc(1500, "x") },
      { path: "folder", type: "directory", mtimeSeconds: late },
    ];
    expect((await set(await archive(entries(5000)), STEP, size)).equals(await archive(entries(300)))).toBe(true);
  });

  test("with minus infinity every time is set, those before 1970 and those that are right too", async () => {
    const entries = (times: readonly number[]): NewTarEntry[] =>
      times.map((mtimeSeconds, at) => ({ path: `${at}`, mtimeSeconds, body: Buffer.from("b") }));
    const before = special("0", Buffer.alloc(0), "before", (block) => block.fill(0xff, 136, 148));
    const changed = await set(Buffer.concat([before, await archive(entries([0, 300, 5000]))]), EVERY);
    expect(decodeBlock(changed.subarray(0, BLOCK)).mtime).toBe(300);
    expect(changed.subarray(BLOCK).equals(await archive(entries([300, 300, 300])))).toBe(true);
  });

  const formats = [
    ["GNU", "ustar  \0", 345, 357, (): void => undefined],
    ["star", "ustar\x0000", 476, 488, (block: Buffer): void => void block.write("tar\0", 508, "latin1")],
  ] as const;
  test.each(formats)("atime and ctime of %s", async (_name, magic, atime, ctime, mark) => {
    const make = (time: number): Buffer =>
      Buffer.concat([
        special("0", Buffer.alloc(0), "x", (block) => {
          block.write(magic, 257, "latin1");
          writeOctal(block, atime, 12, time);
          writeOctal(block, ctime, 12, time);
          mark(block);
        }),
        END,
      ]);
    expect((await set(make(EPOCH + 1))).equals(make(EPOCH))).toBe(true);
  });

  test("a GNU header without atime and ctime gets none", async () => {
    const make = (time: number): Buffer =>
      Buffer.concat([
        special("0", Buffer.alloc(0), "x", (block) => {
          block.write("ustar  \0", 257, "latin1");
          writeOctal(block, 136, 12, time);
        }),
        END,
      ]);
    expect((await set(make(7), EVERY)).equals(make(300))).toBe(true);
  });

  test("a time in base-256 is read, and written in octal", async () => {
    const late = special("0", Buffer.from("b"), "x", (block) => {
      block.fill(0, 136, 148);
      block.writeUInt8(0x80, 136);
      block.writeBigUInt64BE(2n ** 40n, 140);
    });
    expect(await read(await set(Buffer.concat([late, END])))).toEqual([{ path: "x", mtime: EPOCH, text: "b" }]);
  });
});

describe("pax records", () => {
  const make = (records: Readonly<Record<string, string>>, mtimeSeconds: number): Buffer =>
    Buffer.concat([
      ...(Object.keys(records).length === 0 ? [] : [pax(records)]),
      tarHeader({ path: "x", body: Buffer.from("abc"), mtimeSeconds }),
      pad(Buffer.from("abc")),
      END,
    ]);
  const late = { mtime: "1700000000.123456789", atime: "1700000000.5", ctime: "1700000000", "LIBARCHIVE.creationtime": "1700000000" };

  test("late times go, the rest stays, and the block says the entry's time", async () => {
    const rest = { path: "named/ü", "SCHILY.xattr.user.mtime": "1700000000.5" };
    const changed = await set(make({ ...rest, ...late }, 1));
    expect(changed.equals(make(rest, EPOCH))).toBe(true);
    expect(await read(changed)).toEqual([{ path: "named/ü", mtime: EPOCH, text: "abc" }]);
  });

  test("a header that held nothing else goes whole, as if the time had had no fraction", async () => {
    expect((await set(make(late, 1_700_000_000))).equals(make({}, EPOCH))).toBe(true);
    expect((await set(make({ mtime: "1700000000.25" }, 1_700_000_000))).equals(await set(make({}, 1_700_000_000)))).toBe(true);
  });

  test("a time that is not late stays, fraction and all", async () => {
    const bytes = Buffer.concat([pax({ mtime: "1599999999.999", atime: "-3.5" }), tarHeader({ path: "x" }), END]);
    expect((await set(bytes)).equals(bytes)).toBe(true);
    const named = make({ path: "a/long/name", mtime: "99.5" }, 99);
    expect((await set(named, STEP)).equals(named)).toBe(true);
  });

  test("each time is judged by itself: a package's old file that was read just now", async () => {
    expect((await set(make({ mtime: "99.5", atime: "5000.5" }, 99), STEP)).equals(make({ mtime: "99.5" }, 99))).toBe(true);
  });

  test("of a record that is there twice the last counts", async () => {
    const bytes = (first: string, last: string): Buffer => {
      const twice = Buffer.from(`${first.length + 10} mtime=${first}\n${last.length + 10} mtime=${last}\n`);
      return Buffer.concat([special("x", twice), tarHeader({ path: "x", mtimeSeconds: 1 }), END]);
    };
    const early = bytes("5000", "1234.5");
    expect((await set(early, { to: 2000, laterThan: 2000 })).equals(early)).toBe(true);
    expect((await read(await set(bytes("1500", "5000"), { to: 2000, laterThan: 2000 })))[0]?.mtime).toBe(2000);
  });

  test("what is no time goes", async () => {
    expect((await set(make({ mtime: "yesterday" }, 1))).equals(make({}, EPOCH))).toBe(true);
  });

  test("sizes move the body, and a changed block's checksum is right", async () => {
    const bytes = Buffer.concat([
      pax({ size: "700", mtime: "1900000000" }),
      special("0", Buffer.alloc(700, "b"), "big", (block) => writeOctal(block, 124, 12, 0)),
      tarHeader({ path: "next", mtimeSeconds: EPOCH + 9 }),
      END,
    ]);
    const changed = await set(bytes);
    expect((await read(changed)).map(({ path, mtime, text }) => [path, mtime, text.length])).toEqual([
      ["big", EPOCH, 700],
      ["next", EPOCH, 0],
    ]);
    expect(decodeBlock(Buffer.from(changed.subarray(-3 * BLOCK, -2 * BLOCK))).mtime).toBe(EPOCH);
  });

  test("a header for all that follow keeps its time, set: without it their own would count again", async () => {
    const all = (time: string, own: Buffer): Buffer =>
      Buffer.concat([pax({ mtime: time }, "g"), own, tarHeader({ path: "x", mtimeSeconds: 1 }), END]);
    expect((await set(all("1700000000", Buffer.alloc(0)))).equals(all(String(EPOCH), Buffer.alloc(0)))).toBe(true);
    expect((await read(await set(all("1234", pax({ mtime: "1700000000.5" })))))[0]?.mtime).toBe(EPOCH);
  });
});

test("long GNU names and sparse files pass, and the entries behind them are found", async () => {
  const name = `${"n".repeat(300)}\0`;
  const make = (time: number): Buffer =>
    Buffer.concat([
      special("L", Buffer.from(name)),
      tarHeader({ path: "short", body: Buffer.from("1"), mtimeSeconds: time }),
      pad(Buffer.from("1")),
      special("S", Buffer.alloc(0), "holes", (block) => {
        block.write("ustar  \0", 257, "latin1");
        writeOctal(block, 124, 12, 600);
        writeOctal(block, 136, 12, time);
        writeExtent(block, 386, 0, 300);
        writeOctal(block, 483, 12, 700);
        block[482] = 1;
      }),
      writeExtent(Buffer.alloc(BLOCK).fill(1, 504, 505), 0, 400, 200),
      writeExtent(Buffer.alloc(BLOCK), 24, 600, 100),
      pad(Buffer.alloc(600, "s")),
      tarHeader({ path: "behind", mtimeSeconds: time }),
      END,
    ]);
  const changed = await set(make(EPOCH + 5));
  expect(changed.equals(make(EPOCH))).toBe(true);
  expect((await read(changed)).map(({ path, mtime, text }) => [path.length, mtime, text.length])).toEqual([
    [300, EPOCH, 1],
    [5, EPOCH, 600],
    [6, EPOCH, 0],
  ]);
});

test.each([
  ["what is no tar", Buffer.alloc(600, "x"), CLAMP],
  ["a body that ends early", tarHeader({ path: "x", body: Buffer.alloc(5000) }), CLAMP],
  ["half a header", tarHeader({ path: "x" }).subarray(0, 300), CLAMP],
  [
    "a map of a sparse file without end",
    Buffer.concat([
      special("S", Buffer.alloc(0), "x", (block) => {
        block.write("ustar  \0", 257, "latin1");
        block[482] = 1;
      }),
      Buffer.alloc(BLOCK * 100, 1),
    ]),
    CLAMP,
  ],
  ["two extended headers of one entry", Buffer.concat([pax({ path: "a" }), pax({ path: "b" }), tarHeader({ path: "x" }), END]), CLAMP],
  ["entries behind half an end mark", Buffer.concat([Buffer.alloc(BLOCK), tarHeader({ path: "x" }), END]), CLAMP],
  ["a size for all that follow", Buffer.concat([pax({ size: "7" }, "g"), tarHeader({ path: "x" }), END]), CLAMP],
  ["a time with a fraction", END, { to: 1.5, laterThan: 1.5 }],
  ["a time before 1970", END, { to: -1, laterThan: 0 }],
  ["a time that no block can hold", END, { to: 8 ** 11, laterThan: 0 }],
  ["a time that is none", END, { to: 0, laterThan: Number.NaN }],
])("%s is refused", async (_name, bytes, rule) => {
  await expect(set(bytes, rule)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("the source is let go of when nobody reads on", async () => {
  let closed = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* inPieces(await archive([{ path: "big", body: Buffer.alloc(1_000_000) }]), 65_536);
    } finally {
      closed = true;
    }
  };
  for await (const _ of setTarTimes(source(), CLAMP)) break;
  expect(closed).toBe(true);
});
