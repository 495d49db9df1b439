import { texts } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const isSet = (options: readonly string[]): boolean => options.some((option) => /^\s*no-new-privileges(?:[:=]true)?\s*$/i.test(option));

export const noNewPrivileges = composeRule({
  id: "compose/no-new-privileges",
  aliases: ["composelint:CL-0003", "kics:no_new_privileges_not_set", "kics:security_opt_not_set", "dockerbench:5.26"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A service cannot gain privileges through setuid programs.",
  why: "A setuid program in the image gives any user in it root's rights again, whatever `user` says. The kernel ignores such programs once no-new-privileges is set.",
  source: "https://docs.docker.com/reference/cli/docker/container/run/#security-opt",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['no-new-privileges:true']}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', security_opt: ['no-new-privileges:false']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', security_opt: [no-new-privileges]}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    if (isSet(texts(node, "security_opt"))) return;
    yield {
      at: ["security_opt"],
      message: `${service.name} may gain privileges through setuid programs`,
      advice: 'Set security_opt: ["no-new-privileges:true"].',
    };
  },
});
