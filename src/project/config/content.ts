import * as v from "valibot";
import { commandSchema, described, section, wordSchema } from "./section.ts";

/** Becomes a part of a program's name, so nothing in it may lead elsewhere. */
const pluginName = v.pipe(
  v.string("expected the name of a plug-in"),
  v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a plug-in's name has 1 to 32 small letters, digits and -, and begins with a letter or digit"),
);

export const contentCommand = section({
  key: "command",
  scope: "content",
  docs: "A program and its arguments, started without a shell in the project's folder when a release is made: what it prints is the content, without one line end at its end.",
  schema: commandSchema,
});

export const contentPlugin = section({
  key: "plugin",
  scope: "content",
  docs: "A secrets manager that is asked for the content when a release is made, by the program seaworthy-secret-NAME on PATH.",
  schema: v.strictObject({
    name: described("Which plug-in: vault starts seaworthy-secret-vault.", pluginName),
    ref: described("What the manager knows the content by.", v.pipe(wordSchema, v.maxLength(1024, "expected at most 1024 characters"))),
  }),
});
