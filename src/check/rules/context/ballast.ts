import { contextRule } from "../../rule.ts";

/** Never needed by a build, and never the same on two machines. */
const BALLAST: ReadonlyMap<string, string> = new Map([
  [".git", "the whole history"],
  [".hg", "the whole history"],
  [".svn", "the working copy's state"],
  ["node_modules", "dependencies installed for this machine"],
  [".venv", "a Python environment of this machine"],
  ["venv", "a Python environment of this machine"],
  ["__pycache__", "compiled Python"],
  [".DS_Store", "the desktop's own files"],
]);

export const ballast = contextRule({
  id: "context/ballast",
  aliases: [],
  item: "clean-context",
  severity: "warning",
  confidence: "certain",
  summary: "History and installed dependencies stay out of the build context.",
  why: "They are sent with every build and change with every commit or install, so that a COPY . . is never found in the cache; node_modules of another system break the image, and .git gives away what was deleted.",
  source: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
  examples: [
    { bad: { Dockerfile: "", ".git/HEAD": "ref: x" }, good: { Dockerfile: "", ".git/HEAD": "ref: x", ".dockerignore": ".git\n" } },
    {
      bad: { Dockerfile: "", "web/node_modules/a/index.js": "", ".dockerignore": "node_modules\n" },
      good: { Dockerfile: "", "web/node_modules/a/index.js": "", ".dockerignore": "**/node_modules\n" },
    },
  ],
  applies: ({ service, context }) => (context.complete ? true : `the build context of ${service.name} is too large to be looked through`),
  proves: ({ service, context }) =>
    `the build of ${service.name} gets ${context.entries.filter((entry) => entry.sent && !entry.folder).length} files, no history and no installed dependencies among them`,
  *check({ service, context }) {
    const found = context.entries.filter((entry) => entry.sent && BALLAST.has(entry.path.slice(entry.path.lastIndexOf("/") + 1)));
    for (const entry of found.slice(0, 5)) {
      const name = entry.path.slice(entry.path.lastIndexOf("/") + 1);
      yield {
        at: ["build"],
        message: `the build of ${service.name} is sent ${entry.path}: ${BALLAST.get(name)}`,
        advice: `Add ${entry.path.includes("/") ? `**/${name}` : name} to ${context.ignorePath}.`,
      };
    }
  },
});
