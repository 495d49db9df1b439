import { scriptRule } from "../../packages/define.ts";
import { fetches } from "../../packages/fetch.ts";
import { placeOf } from "../../packages/scripts.ts";

export const wgetAndCurl = scriptRule({
  id: "dockerfile/wget-and-curl",
  aliases: ["hadolint:DL4001", "trivy:DS-0014", "kics:run_using_wget_and_curl"],
  item: "small-image",
  severity: "info",
  summary: "One program fetches: curl or wget, not both.",
  why: "Two programs for one thing: both have to be installed, kept up to date and known by whoever reads the file.",
  source: "https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages",
  examples: [
    {
      bad: "FROM debian:12\nRUN wget -q https://example.com/a\nRUN curl -fsSLO https://example.com/b\n",
      good: "FROM debian:12\nRUN curl -fsSLO https://example.com/a\nRUN curl -fsSLO https://example.com/b\n",
    },
  ],
  *check(subject) {
    for (const stage of subject.evaluation.stages) {
      const own = fetches(subject).filter(({ script }) => script.stage === stage);
      const [first] = own;
      const other = own.find(({ tool }) => tool !== first?.tool);
      if (first !== undefined && other !== undefined)
        yield {
          at: placeOf(other),
          message: `${other.tool} is used here, ${first.tool} in line ${placeOf(first).start.line}`,
          advice: `Use ${first.tool} for both.`,
        };
    }
  },
});
