import { contextRule, NOTHING } from "../../rule.ts";

export const ignoreFile = contextRule({
  id: "context/ignore-file",
  aliases: [],
  item: "clean-context",
  severity: "warning",
  confidence: "certain",
  summary: "A build context has an ignore file.",
  why: "Without one the whole folder is sent to the engine with every build, and a COPY . . puts all of it into the image: history, dependencies of another system, and whatever secrets lie about.",
  source: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
  examples: [
    { bad: { Dockerfile: "", "server.js": "" }, good: { Dockerfile: "", "server.js": "", ".dockerignore": "*\n!server.js\n" } },
    { bad: { Dockerfile: "", ".dockerignore": "# nothing yet\n" }, good: { Dockerfile: "", "Dockerfile.dockerignore": ".git\n" } },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, context }) {
    const advice = "Write one that leaves everything out and lets in what the build needs: * and then !src, !package.json ...";
    if (context.ignore === undefined)
      yield { at: ["build"], message: `the build of ${service.name} has no ignore file (${context.ignorePath})`, advice };
    else if (context.ignore.patterns.length === 0) yield { at: ["build"], message: `${context.ignorePath} leaves nothing out`, advice };
  },
});
