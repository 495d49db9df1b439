import { accountFile, accountsKnown } from "../../image/account-files.ts";
import { accountsIn } from "../../image/accounts.ts";
import { spotOf } from "../../image/image-subject.ts";
import { imageRule, NOTHING } from "../../rule.ts";

export const secondRoot = imageRule({
  id: "image/second-root",
  aliases: ["dockle:DKL-LI-0002"],
  item: "non-root",
  severity: "error",
  confidence: "certain",
  summary: "Only root has the user id 0.",
  why: "An account with the id 0 is root under another name: USER says app, the process list says app, and the kernel lets it do everything.",
  source: "https://manpages.debian.org/bookworm/passwd/passwd.5.en.html",
  examples: [
    {
      bad: { config: {}, files: { "etc/passwd": { content: "root:x:0:0:::\napp:x:0:0:::\n" } }, alone: true },
      good: { config: {}, files: { "etc/passwd": { content: "root:x:0:0:::\napp:x:1000:1000:::\n" } }, alone: true },
    },
  ],
  applies: accountsKnown,
  proves: () => NOTHING,
  *check({ name, image }) {
    const file = accountFile(image, "etc/passwd");
    if (file !== undefined)
      for (const { name: account, uid, line } of accountsIn(file.note.text ?? ""))
        if (uid === 0 && account !== "root")
          yield {
            at: spotOf(file),
            message: `${account} in /etc/passwd of ${name} is root: its user id is 0 (line ${line})`,
            advice: "Give it an id of its own, above 0.",
          };
  },
});
