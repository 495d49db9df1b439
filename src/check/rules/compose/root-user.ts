import { sure } from "../../compose/text.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const rootUser = composeRule({
  id: "compose/root-user",
  aliases: ["composelint:CL-0018"],
  item: "non-root",
  severity: "warning",
  confidence: "certain",
  summary: "A service's user is not root.",
  why: "A user of root takes back what the image's USER gave. Root in the container is the host's root held by namespaces alone: every other mistake then counts double.",
  source: "https://docs.docker.com/reference/compose-file/services/#user",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3', user: root}}", good: "services: {web: {image: 'shop/web:1.2.3', user: '1000:0'}}" },
    { bad: "services: {web: {image: 'shop/web:1.2.3', user: '0:1000'}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
  ],
  applies: ({ service, node }) => (sure(node, "user") === undefined ? `${service.name} names no user; its image decides` : true),
  proves: () => NOTHING,
  *check({ service, node }) {
    const user = sure(node, "user")?.trim().toLowerCase().split(":", 1)[0];
    if (user === "root" || (user !== undefined && /^0+$/.test(user)))
      yield {
        at: ["user"],
        message: `${service.name} runs as root, whatever its image says`,
        advice: "Remove user, when the image names one of its own; else name one by number, as in user: 1000:1000.",
      };
  },
});
