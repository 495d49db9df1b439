import { accountFile, accountsKnown } from "../../image/account-files.ts";
import { accountsIn, groupsIn } from "../../image/accounts.ts";
import type { ImageFile } from "../../image/file-note.ts";
import { spotOf } from "../../image/image-subject.ts";
import { imageRule, NOTHING } from "../../rule.ts";

const SHOWN = 20;

interface Named {
  readonly name: string;
  readonly id: number;
}

/** Names that stand twice, and ids that two names have. Id 0 is another rule's. */
const twice = function* (all: readonly Named[], what: "user" | "group"): Iterable<string> {
  for (const [name, same] of Map.groupBy(all, (one) => one.name)) if (same.length > 1) yield `${what} ${name} stands ${same.length} times`;
  for (const [id, same] of Map.groupBy(all, (one) => one.id)) {
    const names = [...new Set(same.map((one) => one.name))];
    if (names.length > 1 && !(id === 0 && what === "user"))
      yield `${names.slice(0, 5).join(" and ")} are one ${what}: both have the id ${id}`;
  }
};

export const duplicateAccounts = imageRule({
  id: "image/duplicate-accounts",
  aliases: ["dockle:DKL-LI-0002"],
  item: "non-root",
  severity: "warning",
  confidence: "certain",
  summary: "Each user and each group of the image has a name and an id of its own.",
  why: "The kernel knows ids alone: two names with one id can read, signal and stop each other's, however carefully their files were given to one of them.",
  source: "https://manpages.debian.org/bookworm/passwd/passwd.5.en.html",
  examples: [
    {
      bad: { config: {}, files: { "etc/passwd": { content: "web:x:1000:1000:::\njob:x:1000:1001:::\n" } }, alone: true },
      good: { config: {}, files: { "etc/passwd": { content: "web:x:1000:1000:::\njob:x:1001:1000:::\n" } }, alone: true },
    },
    {
      bad: { config: {}, files: { "etc/passwd": { content: "web:x:1000:1000:::\n" }, "etc/group": { content: "web:x:10:\nweb:x:11:\n" } } },
      good: {
        config: {},
        files: { "etc/passwd": { content: "web:x:1000:1000:::\n" }, "etc/group": { content: "web:x:10:\njob:x:11:\n" } },
      },
    },
  ],
  applies: accountsKnown,
  proves: () => NOTHING,
  *check({ name, image }) {
    const passwd = accountFile(image, "etc/passwd");
    const group = accountFile(image, "etc/group");
    const complaints = function* (file: ImageFile | undefined, words: Iterable<string>) {
      if (file !== undefined)
        for (const word of [...words].slice(0, SHOWN))
          yield {
            at: spotOf(file),
            message: `in /${file.header.path} of ${name} ${word}`,
            advice: "Give each its own id (useradd --uid, groupadd --gid), and remove what is not used.",
          };
    };
    yield* complaints(
      passwd,
      twice(
        accountsIn(passwd?.note.text ?? "").map((one) => ({ name: one.name, id: one.uid })),
        "user",
      ),
    );
    yield* complaints(
      group,
      twice(
        groupsIn(group?.note.text ?? "").map((one) => ({ name: one.name, id: one.gid })),
        "group",
      ),
    );
  },
});
