import { passwordInUrl } from "../../compose/credentials.ts";
import { variablesOf } from "../../compose/environment.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const passwordInUrlRule = composeRule({
  id: "compose/password-in-url",
  aliases: ["composelint:CL-0021"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "certain",
  summary: "No connection string of a service's environment holds a password.",
  why: "A password within an address goes wherever the address goes: into logs, metrics, error reports and git. It is changed only by changing the file and deploying again.",
  source: "https://datatracker.ietf.org/doc/html/rfc3986#section-3.2.1",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', environment: ['DATABASE_URL=postgres://shop:hunter2@db/shop']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', environment: ['DATABASE_URL=postgres://shop@db/shop']}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', environment: {CACHE: 'redis://:hunter2@cache:6379/0'}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', environment: {CACHE: 'redis://cache:6379/0'}}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const { name, value, node: at } of [...variablesOf(node, "environment"), ...variablesOf(node, "build", "args")]) {
      const scheme = passwordInUrl(value);
      if (scheme !== undefined)
        yield {
          at,
          message: `the variable ${name} of ${service.name} holds a password within a ${scheme}:// address`,
          advice: "Leave the password out of the address and give it as a secret, which the program reads from a file.",
        };
    }
  },
});
