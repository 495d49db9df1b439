import { expect, test } from "vitest";
import { algorithmOf, digestOf, hexOf, isDigest, parseDigest, shortDigest } from "./digest.ts";

const EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("the digest of nothing is the known one, for text and for bytes", () => {
  expect(digestOf("")).toBe(EMPTY);
  expect(digestOf(new Uint8Array())).toBe(EMPTY);
  expect(hexOf(digestOf(""))).toHaveLength(64);
  expect(shortDigest(digestOf(""))).toBe("e3b0c44298fc");
  expect(algorithmOf(parseDigest(`sha512:${"a".repeat(128)}`))).toBe("sha512");
});

test.each([
  ["no algorithm", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["another algorithm", `md5:${"a".repeat(32)}`],
  ["upper-case hex", EMPTY.toUpperCase()],
  ["one digit short", EMPTY.slice(0, -1)],
  ["one digit more", `${EMPTY}0`],
  ["sha512 of a sha256's length", `sha512:${"a".repeat(64)}`],
  ["a path behind it", `${EMPTY}/../../etc/passwd`],
  ["a line behind it", `${EMPTY}\n`],
  ["a line before it", `\n${EMPTY}`],
  ["empty", ""],
])("%s is refused", (_, text) => {
  expect(isDigest(text)).toBe(false);
  expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test("a refusal quotes no more of a hostile text than a line can hold", () => {
  expect(() => parseDigest("x".repeat(1_000_000))).toThrow(/^.{1,250}$/);
});
