import { fileRule } from "../../dockerfile/define.ts";

const SSH = 22;

export const sshPort = fileRule({
  id: "dockerfile/ssh-port",
  aliases: ["trivy:DS-0004", "checkov:CKV_DOCKER_1", "kics:exposing_port_22", "dockerbench:5.7"],
  item: "minimal-base",
  severity: "warning",
  summary: "The image does not expose port 22.",
  why: "An SSH server in a container is a second process to patch, with keys in the image and a way in that the engine knows nothing of; docker exec and kubectl exec need none.",
  source: "https://docs.docker.com/reference/cli/docker/container/exec/",
  examples: [
    { bad: "FROM debian:12\nEXPOSE 80 22\n", good: "FROM debian:12\nEXPOSE 80 2222\n" },
    { bad: "FROM debian:12 AS base\nEXPOSE 22/tcp\nFROM base\n", good: "FROM debian:12 AS tools\nEXPOSE 22\nFROM debian:12\n" },
  ],
  *check({ target }) {
    for (const { value, by } of target?.config.exposed.values() ?? [])
      if (value !== undefined && value.from <= SSH && SSH <= value.to)
        yield {
          ...(by === undefined ? {} : { at: by.range }),
          message:
            value.protocol === "tcp"
              ? "port 22 is exposed: an SSH server in the image"
              : "port 22 is exposed, by a protocol that SSH is not",
          advice: "Remove the server and the port; go in with docker exec.",
          ...(value.protocol === "tcp" ? {} : { severity: "info", peers: ["trivy:DS-0004"] }),
        };
  },
});
