import { effectiveHealthTest, isFromDockerfile, isImageKnown, runsOnce, shellLine } from "../../effective.ts";
import { composeRule, NOTHING } from "../../rule.ts";

/** The command of a test without its form; a shell's line is one text. */
const lineOf = (test: readonly string[]): string => {
  const [form, ...words] = test;
  return form === "CMD-SHELL" ? words.join(" ") : (shellLine(words) ?? words.join(" "));
};

/** Why a probe of this kind says healthy whatever the program does; undefined when it may fail. */
const cannotFail = (line: string): string | undefined => {
  const text = line.trim();
  if (/^(?:\/(?:usr\/)?bin\/)?true$|^:$|^exit(?:\s+0)?$/.test(text)) return "it does nothing";
  if (/(?:\|\||;)\s*(?:true|:|exit\s+0)\s*$/.test(text)) return "its end makes every failure a success";
  if (/^(?:echo|printf|sleep|date)\b[^|&;]*$/.test(text)) return "it asks the program nothing";
  return undefined;
};

export const healthcheck = composeRule({
  id: "compose/healthcheck",
  aliases: ["kics:healthcheck_not_set", "dockerbench:5.27"],
  item: "healthcheck",
  severity: "warning",
  confidence: "certain",
  summary: "A service has a health check, and one that can fail.",
  why: "Without a health check a program that hangs counts as running for ever: nothing restarts it and dependants start too early. A check that cannot fail is worse, because it is believed.",
  source: "https://docs.docker.com/reference/compose-file/services/#healthcheck",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: [CMD, wget, -qO-, 'http://127.0.0.1/healthz']}}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {disable: true}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: curl -f localhost}}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: curl -f localhost || true}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: curl -f localhost || exit 1}}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: exit 0}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: [CMD, pg_isready]}}}",
    },
  ],
  applies: (subject) => {
    const { project, service } = subject;
    if (runsOnce(project, service)) return `${service.name} is a job that ends`;
    return service.build !== undefined && !isImageKnown(subject) && effectiveHealthTest(subject) === undefined
      ? `${service.name} sets no check of its own, and its image is not built yet`
      : true;
  },
  proves: () => NOTHING,
  *check(subject) {
    const { service } = subject;
    const test = effectiveHealthTest(subject);
    const whose =
      service.spec.healthcheck?.test === undefined ? `the health check in ${service.name}'s image` : `${service.name}'s health check`;
    if (test === undefined || test.length === 0)
      yield {
        at: ["healthcheck"],
        message: `${service.name} has no health check`,
        advice: "Add healthcheck with a test that asks the program itself, e.g. its readiness path.",
        // A pulled image that was not looked at may bring one.
        confidence: isImageKnown(subject) ? "certain" : "likely",
      };
    else if (test[0] === "NONE")
      yield {
        at: ["healthcheck"],
        message: `${service.name} turns its health check off`,
        advice: "Give it a test that asks the program itself.",
      };
    else if (service.spec.healthcheck?.test !== undefined || !isFromDockerfile(subject)) {
      const reason = cannotFail(lineOf(test));
      if (reason !== undefined)
        yield {
          at: ["healthcheck", "test"],
          severity: "error",
          message: `${whose} cannot fail: ${reason}`,
          advice: "Let it ask the program itself and end with the program's answer, e.g. curl -fsS http://127.0.0.1:3000/readyz || exit 1.",
        };
    }
  },
});
