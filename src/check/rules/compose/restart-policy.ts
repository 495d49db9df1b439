import { runsOnce } from "../../effective.ts";
import { composeRule } from "../../rule.ts";

export const restartPolicy = composeRule({
  id: "compose/restart-policy",
  aliases: ["kics:restart_policy_on_failure_not_set_to_5", "dockerbench:5.15"],
  item: "restart-policy",
  severity: "warning",
  confidence: "certain",
  summary: "A service comes back after a crash and after a restart of the engine.",
  why: "Without a policy a crash at night lasts until somebody looks, and after a reboot of the host nothing runs at all.",
  source: "https://docs.docker.com/engine/containers/start-containers-automatically/",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3'}}", good: "services: {web: {image: 'shop/web:1.2.3', restart: unless-stopped}}" },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', restart: 'no'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', restart: 'on-failure:5'}}",
    },
    {
      bad: "services: {backup: {image: 'shop/backup:1.2.3'}}",
      good: "services: {backup: {image: 'shop/backup:1.2.3', x-seaworthy: {schedule: '15 3 * * *'}}}",
    },
  ],
  applies: ({ project, service }) => (runsOnce(project, service) ? `${service.name} is a job that ends` : true),
  proves: ({ service }) => `${service.name} is restarted by the engine (${service.spec.restart.policy})`,
  *check({ service }) {
    if (service.spec.restart.policy !== "no") return;
    yield { at: ["restart"], message: `${service.name} stays down after a crash or a reboot`, advice: "Set restart: unless-stopped." };
  },
});
