import { items, text } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const OFF = /^(seccomp|apparmor|systempaths)[:=]unconfined$|^(label)[:=]disable$/;

const PEERS: Readonly<Record<string, readonly string[]>> = {
  seccomp: ["composelint:CL-0009", "kics:default_seccomp_profile_disabled", "dockerbench:5.22"],
  apparmor: ["composelint:CL-0009", "dockerbench:5.2"],
  label: ["composelint:CL-0009", "dockerbench:5.3"],
  systempaths: [],
};

const NAMES: Readonly<Record<string, string>> = {
  seccomp: "the filter of system calls (seccomp)",
  apparmor: "AppArmor",
  label: "SELinux",
  systempaths: "the masks over /proc and /sys",
};

export const confinement = composeRule({
  id: "compose/confinement",
  aliases: [...new Set(Object.values(PEERS).flat())],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "No service turns the kernel's confinement off.",
  why: "Without seccomp a container reaches system calls that the engine's profile keeps from all others, among them those of most kernel exploits; AppArmor and SELinux hold where everything else failed.",
  source: "https://docs.docker.com/engine/security/seccomp/",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['seccomp:unconfined']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['seccomp:./profile.json']}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['label=disable']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['label:user:system_u']}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const option of items(node, "security_opt")) {
      const written = text(option)?.trim().toLowerCase() ?? "";
      const match = OFF.exec(written);
      const what = match?.[1] ?? match?.[2];
      if (what !== undefined)
        yield {
          at: option,
          message: `${service.name} turns ${NAMES[what]} off`,
          advice: `Remove "${written}": the engine's default profile serves almost everything.`,
          peers: PEERS[what] ?? [],
        };
    }
  },
});
