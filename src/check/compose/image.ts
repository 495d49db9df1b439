import type { ComposeNode } from "../../source/index.ts";
import { sure } from "./text.ts";

export interface WrittenImage {
  readonly name: string;
  readonly tag?: string;
  readonly digest: boolean;
}

/** A service's `image` in its parts; undefined when it has none, or it hangs on a variable without a value. */
export const imageOf = (service: ComposeNode): WrittenImage | undefined => {
  const written = sure(service, "image");
  const [reference = "", digest] = written?.split("@") ?? [];
  if (reference === "") return undefined;
  const [, name = reference, tag] = /^(.*?):([^:/]*)$/.exec(reference) ?? [];
  return { name, ...(tag === undefined || tag === "" ? {} : { tag }), digest: digest !== undefined };
};
