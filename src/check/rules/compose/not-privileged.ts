import { composeRule, NOTHING } from "../../rule.ts";

export const notPrivileged = composeRule({
  id: "compose/not-privileged",
  aliases: [
    "composelint:CL-0002",
    "composelint:CL-0009",
    "kics:privileged_containers_enabled",
    "kics:default_seccomp_profile_disabled",
    "dockerbench:5.5",
    "dockerbench:5.22",
  ],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "No service is privileged, and none turns the kernel's confinement off.",
  why: "A privileged container has every capability and every device of the host: root in it is root on the host. Without seccomp it reaches system calls that the engine's profile keeps from all others.",
  source: "https://docs.docker.com/engine/security/seccomp/",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3', privileged: true}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['seccomp:unconfined']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['no-new-privileges:true']}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service }) {
    if (service.spec.privileged)
      yield {
        at: ["privileged"],
        message: `${service.name} is privileged: root in it is root on the host`,
        advice: "Remove privileged: true; add the one capability or device it needs instead.",
      };
    for (const [index, option] of service.spec.securityOpt.entries()) {
      const [, what] = /^(seccomp|apparmor|label|systempaths)[:=](?:unconfined|disable)$/.exec(option) ?? [];
      if (what !== undefined)
        yield {
          at: ["security_opt", index],
          message: `${service.name} turns ${what} off`,
          advice: `Remove "${option}": the engine's default profile serves almost everything.`,
        };
    }
  },
});
