import { filesKnown, spotOf } from "../../image/image-subject.ts";
import { imageRule, NOTHING } from "../../rule.ts";

/** What distributions install so, and keep patched. */
const OF_DISTRIBUTIONS =
  /^(?:usr\/)?(?:s?bin|lib|libexec|lib\/openssh|lib\/dbus-1\.0|libexec\/openssh|lib\/polkit-1|lib\/utempter|lib\/[\w-]+-linux-gnu\w*\/utempter|libexec\/utempter|lib64|libexec\/dbus-1)\/(?:su|mount|umount|passwd|chsh|chfn|newgrp|gpasswd|chage|expiry|ping[46]?|sudo|sudoedit|sg|wall|write|bsd-write|ssh-agent|ssh-keysign|crontab|at|dotlockfile|mlocate|plocate|locate|unix_chkpwd|pam_extrausers_chkpwd|pam_timestamp_check|dbus-daemon-launch-helper|polkit-agent-helper-1|pkexec|fusermount3?|newuidmap|newgidmap|utempter|grub2-set-bootflag|userhelper|bbsuid|clockdiff|arping|traceroute6?)(?:\.\w[\w-]*)?$/;

const SHOWN = 8;

export const raisedPrivileges = imageRule({
  id: "image/raised-privileges",
  aliases: ["dockle:CIS-DI-0008", "dockerbench:4.8"],
  item: "least-capabilities",
  severity: "info",
  confidence: "certain",
  summary: "No file in the image gives whoever runs it more rights than they have.",
  why: "A setuid program is the way from an ordinary user to root: one hole in it, and the non-root user of the image was for nothing. Most images need none of those that their base brings.",
  source: "https://docs.docker.com/engine/security/#linux-kernel-capabilities",
  examples: [
    {
      bad: { config: {}, files: { "usr/bin/passwd": { mode: 0o4755 } }, alone: true },
      good: { config: {}, files: { "usr/bin/passwd": { mode: 0o755 } }, alone: true },
    },
    {
      bad: { config: {}, files: { "opt/shop/helper": { mode: 0o4755 } } },
      good: { config: {}, files: { "usr/bin/passwd": { mode: 0o4755, deleted: true } } },
    },
  ],
  applies: filesKnown,
  proves: () => NOTHING,
  *check({ name, image }) {
    const found = (image.files ?? []).filter(({ note, visible }) => visible && note.raises !== undefined);
    const advice = "Take the bits away (RUN chmod u-s,g-s FILE) or the package; and run it with no-new-privileges, which makes them void.";
    for (const file of found)
      if (!OF_DISTRIBUTIONS.test(file.header.path))
        yield {
          at: spotOf(file),
          severity: "warning",
          message: `/${file.header.path} in ${name} is ${file.note.raises === "file capabilities" ? "given capabilities by the file" : file.note.raises}, and no distribution's own`,
          advice,
        };
    const usual = found
      .filter(({ header }) => OF_DISTRIBUTIONS.test(header.path))
      .toSorted((a, b) => a.header.path.localeCompare(b.header.path));
    const [first] = usual;
    if (first === undefined) return;
    const names = usual.slice(0, SHOWN).map(({ header }) => `/${header.path}`);
    yield {
      at: spotOf(first),
      message: `${name} has ${usual.length === 1 ? "a setuid or setgid program" : `${usual.length} setuid or setgid programs`} of its base: ${names.join(", ")}${usual.length > SHOWN ? " …" : ""}`,
      advice,
    };
  },
});
