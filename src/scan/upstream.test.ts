import { expect, test } from "vitest";
import { asUpstream } from "./upstream.ts";

test.each([
  ["java", "1.8.0_392-b08", "java 8.0.392"],
  ["java", "1.8.0", "java 8.0.0"],
  ["java", "17.0.9+9", "java 17.0.9+9"],
  ["ruby", "3.1.2p20", "ruby 3.1.2"],
  ["go", "1.21.3", "golang 1.21.3"],
  ["openssh", "9.2p1", "openssh 9.2p1"],
])("%s %s is %s to its advisories", (name, version, expected) => {
  const found = asUpstream({ name, version });
  expect(`${found.name} ${found.version}`).toBe(expected);
});
