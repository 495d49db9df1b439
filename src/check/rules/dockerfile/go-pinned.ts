import { scriptRule } from "../../packages/define.ts";
import { optionsOf } from "../../packages/options.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";
import { runCommands } from "../../packages/scripts.ts";

const VALUED = new Set(
  "C p asmflags buildmode compiler gccgoflags gcflags installsuffix ldflags mod modfile overlay o pgo pkgdir tags toolexec exec coverpkg covermode".split(
    " ",
  ),
);
const MOVES = /@(?:latest|upgrade|patch|main|master|HEAD)$/;

/** A version or commit, a folder, a file, what every Go has. */
const isPinned = (name: string): boolean =>
  name.includes("@") ? !MOVES.test(name) : isPath(name) || /\.go$|^(?:all|std|cmd|tool|work)$|^cmd\//.test(name);

export const goPinned = scriptRule({
  id: "dockerfile/go-pinned",
  aliases: ["hadolint:DL3062"],
  severity: "warning",
  confidence: "likely",
  summary: "Programs of Go are installed and run in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://go.dev/ref/mod#go-install",
  examples: [
    {
      bad: "FROM golang:1.25\nRUN go install example.com/tool@latest\n",
      good: "FROM golang:1.25\nRUN go install example.com/tool@v1.2.3\n",
    },
    { bad: "FROM golang:1.25\nRUN go run example.com/tool gen\n", good: "FROM golang:1.25\nRUN go run ./cmd/tool gen\n" },
  ],
  *check(subject) {
    for (const located of runCommands(subject, new Set(["go"]))) {
      const line = optionsOf(located.command, { valued: VALUED, singleDash: true });
      const [verb, ...packages] = line.operands;
      const named = verb?.text === "run" ? packages.slice(0, 1) : verb?.text === "install" || verb?.text === "get" ? packages : [];
      yield* unpinned(
        located,
        named,
        isPinned,
        (name) => `Name the version: ${name.replace(/@.*$/, "")}@v1.2.3; in a module, go.mod is the place for it.`,
      );
    }
  },
});
