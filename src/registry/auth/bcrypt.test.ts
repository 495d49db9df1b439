import { expect, test } from "vitest";
import { requireBcrypt, verifyBcrypt } from "./bcrypt.ts";
import { wordsOfPi } from "./blowfish-constants.ts";

test("the words are Blowfish's: its first, and the last of its last box", () => {
  const words = wordsOfPi(18 + 1024);
  expect(Array.from(words.slice(0, 4), (word) => word.toString(16))).toEqual(["243f6a88", "85a308d3", "13198a2e", "3707344"]);
  expect(words.at(-1)?.toString(16)).toBe("3ac372e6");
});

/** Vectors of jBCrypt's own tests, and two of libxcrypt 4.4 (Debian 12). */
test.each([
  ["", "$2b$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."],
  ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
  ["abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC"],
  ["~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"],
  [
    "grüße, 漢字 and more than seventy-two bytes, of which only the first count",
    "$2y$05$m0CrhHm10qJ3lXRY.5zDGOzLTS4YE7g6CMbmvZO3mY1qBk8z69xCm",
  ],
])("%j", async (password, encoded) => {
  expect(await verifyBcrypt(encoded, password)).toBe(true);
  expect(await verifyBcrypt(encoded, `x${password}`)).toBe(false);
});

test.each([
  ["$2y$13$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.", /cost is 13/],
  ["$2y$31$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.", /cost is 31/],
  ["$apr1$x$y", /not a bcrypt hash/],
  ["{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", /not a bcrypt hash/],
])("%s is refused before any work", (encoded, words) => {
  expect(() => requireBcrypt(encoded)).toThrow(words);
});
