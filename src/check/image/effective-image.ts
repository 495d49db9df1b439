import { commandLine, effectiveUser } from "../effective.ts";
import type { ImageSubject } from "./image-subject.ts";

/** The argument vector of PID 1, of an image alone as it says itself. */
export const commandOf = (subject: ImageSubject): readonly string[] =>
  subject.service === undefined
    ? [...(subject.image.config.entrypoint ?? []), ...(subject.image.config.command ?? [])]
    : commandLine(subject);

export const userOf = (subject: ImageSubject): string =>
  subject.service === undefined ? (subject.image.config.user ?? "") : effectiveUser(subject);
