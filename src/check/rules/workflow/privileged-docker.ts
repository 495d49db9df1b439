import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { entries, get, has, head, items, text, type YamlNode } from "../../../source/yaml/index.ts";
import { ciRule, type WorkflowComplaint } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";
import { unwrapped } from "../../workflow/programs.ts";

const isDind = (node: YamlNode): boolean =>
  /(?:^|\/)docker:[\w.-]*dind/.test(text(node.kind === "mapping" ? get(node, "name") : node) ?? "");

/** The daemon of docker-in-docker without TLS listens to everyone on its network. */
const withoutTls = (variables: YamlNode | undefined): readonly WorkflowComplaint[] =>
  entries(variables).flatMap(([name, { value }]): readonly WorkflowComplaint[] => {
    const written = value.kind === "scalar" ? value.text : undefined;
    const isOff = (name === "DOCKER_TLS_CERTDIR" && written === "") || (name === "DOCKER_HOST" && /^tcp:\/\/.+:2375\b/.test(written ?? ""));
    return isOff
      ? [
          {
            at: head(value),
            message: `${name} lets anyone on the job's network command its Docker daemon`,
            advice: 'Set DOCKER_TLS_CERTDIR: "/certs" and DOCKER_HOST: tcp://docker:2376.',
          },
        ]
      : [];
  });

export const privilegedDocker = ciRule({
  id: "workflow/privileged-docker",
  aliases: [],
  of: ["github-workflow", "github-action", "gitlab"],
  severity: "warning",
  summary: "Jobs build images without a privileged container or an open Docker daemon.",
  why: "Docker-in-docker needs a privileged runner: a job that gets out of its container is root on the machine that builds everyone else's releases.",
  source: "https://docs.gitlab.com/ci/docker/using_docker_build/",
  examples: [
    {
      bad: "build:\n  image: docker:28.3\n  services: ['docker:28.3-dind']\n  script: docker build .\n",
      good: "build:\n  image: quay.io/buildah/stable:v1.41\n  script: buildah build .\n",
    },
    {
      bad: inJob("container:\n  image: node:24.21.0\n  options: --privileged\nsteps:\n  - run: make"),
      good: inJob("container:\n  image: node:24.21.0\nsteps:\n  - run: make"),
    },
  ],
  *check({ file }) {
    if (file.dialect === "gitlab") {
      for (const owner of [file.root, get(file.root, "default"), ...file.jobs.map(({ node }) => node)]) {
        for (const service of items(owner, "services"))
          if (isDind(service))
            yield {
              at: head(service),
              confidence: "likely",
              message: "docker-in-docker only works on a privileged runner",
              advice: "Build with a rootless builder: buildah, or BuildKit rootless.",
            };
        yield* withoutTls(get(owner, "variables"));
      }
    } else if (file.dialect === "github-workflow")
      for (const job of file.jobs)
        for (const owner of [get(job.node, "container"), ...entries(job.node, "services").map(([, { value }]) => value)]) {
          const options = has(owner, "options") ? get(owner, "options") : undefined;
          if (options !== undefined && /--privileged\b|docker\.sock/.test(text(options) ?? ""))
            yield {
              at: head(options),
              message: `a container of ${job.id} has the machine's own rights`,
              advice: "Remove --privileged and the socket; give the one capability or device that is needed.",
            };
        }
    for (const { script, shell, name } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands) {
        const { name: program, args } = unwrapped(command);
        if (
          (program === "docker" || program === "podman") &&
          args[0] === "run" &&
          args.some((arg) => arg === "--privileged" || arg === "--privileged=true")
        )
          yield {
            at: commandSpan(script, command),
            message: `${name} runs a privileged container`,
            advice: "Give it the one capability or device that it needs.",
          };
      }
  },
});
