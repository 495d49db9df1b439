import { expect, test } from "vitest";
import { beginsAsRoot } from "./starting-user.ts";

test("without a user, as root, and as 0 in any group a container begins as root", () => {
  for (const user of [undefined, "", "0", "0:0", "0:1000", "root", "root:staff", ":1000"]) expect(beginsAsRoot(user), user).toBe(true);
  for (const user of ["1000", "1000:0", "node", "rooted", "10", "65532:65532"]) expect(beginsAsRoot(user), user).toBe(false);
});
