import { imageRule, NOTHING } from "../../rule.ts";

export const healthcheck = imageRule({
  id: "image/healthcheck",
  aliases: ["dockle:CIS-DI-0006", "trivy:DS-0026", "dockerbench:4.6"],
  item: "healthcheck",
  severity: "info",
  confidence: "certain",
  summary: "The image says how to tell that it works.",
  why: "Without a HEALTHCHECK whoever runs the image must know how to ask it; until they write their own, a program that hangs counts as healthy for ever.",
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  examples: [
    { bad: { config: {}, alone: true }, good: { config: { healthcheck: { test: ["CMD", "/health"] } }, alone: true } },
    { bad: { config: { healthcheck: { test: [] } }, alone: true }, good: { config: { healthcheck: { test: ["NONE"] } }, alone: true } },
  ],
  applies: ({ service }) => (service === undefined ? true : "how the service is asked is judged with the service"),
  proves: () => NOTHING,
  *check({ name, image }) {
    if ((image.config.healthcheck?.test.length ?? 0) === 0)
      yield {
        message: `${name} says nothing about how to tell that it works`,
        advice: 'Write HEALTHCHECK CMD ["program"] for a server; HEALTHCHECK NONE for what runs once.',
      };
  },
});
