import { has } from "../../../source/yaml/index.ts";
import { isCredential, passwordInUrl } from "../../compose/credentials.ts";
import { variablesOf } from "../../compose/environment.ts";
import { composeRule, NOTHING } from "../../rule.ts";
import { secretValueIn } from "../../../source/secrets/index.ts";

const what = (name: string, value: string): string | undefined => {
  const known = passwordInUrl(value) === undefined ? secretValueIn(value) : undefined;
  return known ?? (isCredential(name, value) ? "a credential, going by its name" : undefined);
};

export const secretInEnvironment = composeRule({
  id: "compose/secret-in-environment",
  aliases: ["composelint:CL-0020"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret stands in a service's environment or build arguments.",
  why: "The environment is shown by docker inspect, inherited by every child process and printed by crash reports; what is written in the file is in git for ever. A secret as a file is none of these.",
  source: "https://docs.docker.com/compose/how-tos/use-secrets/",
  examples: [
    {
      bad: "services: {db: {image: 'shop/db:1.2.3', environment: {POSTGRES_PASSWORD: hunter2-not-a-real-one}}}",
      good: "services: {db: {image: 'shop/db:1.2.3', environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}}}",
    },
    {
      bad: "services: {db: {image: 'shop/db:1.2.3', environment: ['API_TOKEN=${TOKEN:-hunter2}']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', environment: [TOKEN_TTL=300, PUBLIC_KEY=abc, LICENSE_KEY=abc]}}",
    },
    {
      bad: "services: {web: {build: {context: ., args: {NPM_TOKEN: abcdef123456}}}}",
      good: "services: {web: {build: {context: ., args: {NODE_VERSION: '24'}}}}",
    },
  ],
  applies: () => true,
  proves: ({ service, image }) =>
    service.build !== undefined && image === undefined ? NOTHING : `no variable of ${service.name} looks like a secret`,
  *check({ service, node }) {
    const written = variablesOf(node, "environment");
    for (const { name, value, node: at } of written) {
      const secret = what(name, value);
      if (secret !== undefined)
        yield {
          at,
          message: `the environment variable ${name} of ${service.name} holds ${secret}`,
          advice: `Make it a secret (secrets: {${name.toLowerCase()}: {file: ...}}) and pass its path, e.g. ${name}_FILE: /run/secrets/${name.toLowerCase()}.`,
        };
    }
    const own = new Set(written.map(({ name }) => name));
    for (const [name, value] of Object.entries(service.spec.environment)) {
      const secret = own.has(name) ? undefined : what(name, value);
      if (secret !== undefined && has(node, "env_file") && !has(node, "environment", name))
        yield {
          at: ["env_file"],
          severity: "warning",
          message: `the variable ${name} in an env_file of ${service.name} holds ${secret}`,
          advice: "Make it a secret: what env_file holds is in the container's environment, for everyone who may inspect it.",
        };
    }
    for (const { name, value, node: at } of variablesOf(node, "build", "args")) {
      const secret = what(name, value);
      if (secret !== undefined)
        yield {
          at,
          message: `the build argument ${name} of ${service.name} holds ${secret}; it stays in the image's history`,
          advice: `Use a build secret: RUN --mount=type=secret,id=${name.toLowerCase()} and build.secrets.`,
          peers: [],
        };
    }
  },
});
