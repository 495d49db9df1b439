/** Something an image has no use for, and what to do so that it does not come in. */
export interface Leftover {
  /** The file or folder that is one leftover, however many files it has. */
  readonly root: string;
  readonly what: string;
  readonly advice: string;
}

const SAME_RUN = "in the same RUN that makes it, or mount a cache there (RUN --mount=type=cache)";
const IGNORED = "Leave it out of the build context by .dockerignore, and copy only what the program needs.";

const KINDS: readonly (readonly [pattern: RegExp, what: string, advice: string])[] = [
  [/^(?:var\/lib\/apt\/lists)\/(?!partial$|auxfiles$|lock$)/, "apt's package lists", `Delete /var/lib/apt/lists/* ${SAME_RUN}.`],
  [/^(?:var\/cache\/apt)\/(?:.*\.deb$|.*\.bin$)/, "apt's archives", `Run apt-get clean ${SAME_RUN}.`],
  [/^(?:var\/cache\/apk|etc\/apk\/cache)\/./, "apk's index", "Use apk add --no-cache."],
  [/^(?:var\/cache\/(?:yum|dnf|libdnf5|zypp|pacman))\/./, "a package manager's cache", `Run its clean all ${SAME_RUN}.`],
  [/^((?:.*\/)?\.npm\/_cacache)\//, "npm's cache", `Run npm cache clean --force ${SAME_RUN}.`],
  [/^((?:.*\/)?\.cache\/pip)\//, "pip's cache", "Use pip install --no-cache-dir."],
  [
    /^((?:.*\/)?(?:\.cache\/yarn|\.yarn\/cache|\.cache\/uv|\.cache\/go-build|\.cache\/ms-playwright-[^/]*|\.gradle\/caches|\.cargo\/registry\/cache))\//,
    "a build tool's cache",
    `Delete it ${SAME_RUN}.`,
  ],
  [
    /^((?:.*\/)?node_modules\/\.cache)\//,
    "a bundler's cache",
    "Delete it at the end of the build, or copy only the result into the final stage.",
  ],
  [/^((?:.*\/)?\.git)(?:\/|$)/, "the whole history of the sources, with what was deleted from them", IGNORED],
  [/^((?:.*\/)?\.(?:hg|svn|bzr))(?:\/|$)/, "the history of the sources", IGNORED],
  [/^((?:.*\/)?\.(?:vscode|idea))(?:\/|$)/, "an editor's settings", IGNORED],
  [/^((?:.*\/)?\.DS_Store)$/, "a desktop's own file", IGNORED],
  [
    /^((?:.*\/)?(?:Dockerfile|Containerfile|(?:docker-)?compose\.ya?ml)(?:\.[\w-]+)?)$/,
    "a file for building the image, not for running it",
    IGNORED,
  ],
];

/** Packages bring such files of their own. */
const OF_PACKAGES =
  /(?:^|\/)(?:node_modules\/(?!\.cache\/)|site-packages\/|dist-packages\/|vendor\/|usr\/share\/|usr\/lib\/|usr\/local\/lib\/)/;

/** What a path is a leftover of; undefined when it is none that is known. */
export const leftoverOf = (path: string): Leftover | undefined => {
  const found = KINDS.find(([pattern]) => pattern.test(path));
  if (found === undefined || (OF_PACKAGES.test(path) && !/node_modules\/\.cache\//.test(path))) return undefined;
  const [pattern, what, advice] = found;
  const match = pattern.exec(path);
  const root =
    match?.[1] ??
    path
      .split("/")
      .slice(0, path.startsWith("var/lib/apt") ? 4 : 3)
      .join("/");
  return { root, what, advice };
};
