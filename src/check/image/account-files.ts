import type { ImageFile } from "./file-note.ts";
import { filesKnown, type ImageFacts, type ImageSubject } from "./image-subject.ts";

/** One of the files that say who there is, as a container sees it. */
export const accountFile = ({ files = [] }: ImageFacts, path: "etc/passwd" | "etc/shadow" | "etc/group"): ImageFile | undefined =>
  files.find(({ header, note, visible }) => visible && header.path === path && note.text !== undefined);

export const accountsKnown = (subject: ImageSubject): true | string => {
  const known = filesKnown(subject);
  if (known !== true) return known;
  return accountFile(subject.image, "etc/passwd") === undefined && accountFile(subject.image, "etc/shadow") === undefined
    ? `${subject.name} has no accounts`
    : true;
};
