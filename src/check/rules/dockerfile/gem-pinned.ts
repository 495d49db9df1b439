import { scriptRule } from "../../packages/define.ts";
import { hasOption, optionsOf } from "../../packages/options.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";
import { runCommands } from "../../packages/scripts.ts";

const VALUED = new Set([
  "v",
  "version",
  "i",
  "install-dir",
  "n",
  "bindir",
  "platform",
  "s",
  "source",
  "P",
  "trust-policy",
  "use-system-libraries",
  "build-root",
  "p",
  "http-proxy",
  "without",
]);

export const gemPinned = scriptRule({
  id: "dockerfile/gem-pinned",
  aliases: ["hadolint:DL3028", "kics:gem_install_without_version"],
  severity: "warning",
  summary: "Gems are installed in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://guides.rubygems.org/command-reference/#gem-install",
  examples: [
    { bad: "FROM ruby:3.4-slim\nRUN gem install bundler\n", good: "FROM ruby:3.4-slim\nRUN gem install bundler:2.6.9\n" },
    { bad: "FROM ruby:3.4-slim\nRUN gem i puma\n", good: "FROM ruby:3.4-slim\nRUN gem install puma --version 6.6.0\n" },
  ],
  *check(subject) {
    for (const located of runCommands(subject, new Set(["gem"]))) {
      const line = optionsOf(located.command, { valued: VALUED });
      const [verb, ...gems] = line.operands;
      if ((verb?.text === "install" || verb?.text === "i") && !hasOption(line, "v", "version", "g", "file"))
        yield* unpinned(
          located,
          gems,
          (name) => name.includes(":") || name.endsWith(".gem") || isPath(name),
          (name) => `Name the version: ${name}:1.2.3.`,
        );
    }
  },
});
