import type { Finding } from "../../checklist/index.ts";
import type { Range } from "../../core/index.ts";
import type { DockerfileSubject } from "../subject.ts";

type Fix = NonNullable<Finding["fix"]>;

/** A fix that puts a text in the place of another. */
export const replacing = ({ source }: Pick<DockerfileSubject, "source">, { start, end }: Range, text: string): Fix => ({
  path: source.path,
  edits: [{ offset: start.offset, length: end.offset - start.offset, text }],
});
