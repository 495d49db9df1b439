import { expect, test } from "vitest";
import { cvss2Score } from "./cvss2.ts";
import { severityOf } from "./severity.ts";

/** From the guide's own examples (first.org/cvss/v2/guide, 3.3). */
test.each([
  ["AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, "high"],
  ["AV:N/AC:L/Au:N/C:C/I:C/A:C", 10, "high"],
  ["(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 6.2, "medium"],
  ["CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:P/A:N", 5, "medium"],
  ["AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, "low"],
])("%s is %d", (vector, score, rating) => {
  expect(cvss2Score(vector)).toBe(score);
  expect(severityOf(vector)).toMatchObject({ rating, cvss: "2.0" });
});

test.each(["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:N/I:N", "high", ""])("%s cannot be reckoned", (vector) => {
  expect(cvss2Score(vector)).toBeUndefined();
});
