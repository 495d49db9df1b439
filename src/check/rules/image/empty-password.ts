import { passwordsIn } from "../../image/accounts.ts";
import { accountFile, accountsKnown } from "../../image/account-files.ts";
import { spotOf } from "../../image/image-subject.ts";
import { imageRule, NOTHING } from "../../rule.ts";

export const emptyPassword = imageRule({
  id: "image/empty-password",
  aliases: ["dockle:DKL-LI-0001"],
  item: "non-root",
  severity: "error",
  confidence: "certain",
  summary: "No account of the image has an empty password.",
  why: "An empty password lets everybody in: su needs none, and neither does any server in the container that asks PAM.",
  source: "https://manpages.debian.org/bookworm/passwd/shadow.5.en.html",
  examples: [
    {
      bad: { config: {}, files: { "etc/shadow": { content: "root::19000:0:99999:7:::\n" } }, alone: true },
      good: { config: {}, files: { "etc/shadow": { content: "root:*:19000:0:99999:7:::\n" } }, alone: true },
    },
    {
      bad: { config: {}, files: { "etc/passwd": { content: "app::1000:1000::/home/app:/bin/sh\n" } } },
      good: { config: {}, files: { "etc/passwd": { content: "app:x:1000:1000::/home/app:/bin/sh\n" } } },
    },
  ],
  applies: accountsKnown,
  proves: () => NOTHING,
  *check({ name, image }) {
    for (const path of ["etc/passwd", "etc/shadow"] as const) {
      const file = accountFile(image, path);
      if (file !== undefined)
        for (const { name: account, empty, line } of passwordsIn(file.note.text ?? ""))
          if (empty)
            yield {
              at: spotOf(file),
              message: `${account} has an empty password in /${path} of ${name} (line ${line})`,
              advice: `Lock it: RUN passwd -l ${/^[a-z_][\w-]*$/i.test(account) ? account : "<account>"}.`,
            };
    }
  },
});
