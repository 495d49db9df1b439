import type { CopySource } from "../../source/dockerfile/index.ts";
import { textOf, type Written } from "./walk.ts";

/** What ADD unpacks: tar, plain or compressed with what Docker knows. https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives */
export const isArchive = (path: string): boolean =>
  /\.(?:tar(?:\.\w+)?|tgz|tbz2?|tb2|txz|tlz|tzst?|tz|tpz|gz|bz2|xz|lz|lzma|z|zst)$/i.test(path);

/** What ADD fetches itself: a URL, a git repository. */
export const isRemote = (path: string): boolean => /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i.test(path);

/** As docker history writes a copy from the context: not a line that was ever in a Dockerfile. */
export const isHistory = (sources: readonly CopySource[]): boolean =>
  sources.some((source) => source.kind === "path" && /^(?:file|dir|multi):[0-9a-f]{16,}$/.test(source.word.text));

/** The paths it names that are known, with the words they stand in. Here-documents are none. */
export const pathsOf = (
  one: Pick<Written, "evaluated" | "later">,
  sources: readonly CopySource[],
): readonly { readonly word: CopySource["word"]; readonly path: string }[] =>
  sources.flatMap((source) => {
    const path = source.kind === "path" ? textOf(one, source.word) : undefined;
    return path === undefined ? [] : [{ word: source.word, path }];
  });
