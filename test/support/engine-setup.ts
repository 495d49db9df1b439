import { existsSync } from "node:fs";

/** The engine tests need what script/setup provides; without it they fail here with one sentence instead of everywhere obscurely. */
export default function setup(): void {
  if (process.env["DOCKER_HOST"] === undefined && !existsSync("/var/run/docker.sock"))
    throw new Error("no container engine answers: run script/setup first (script/test does)");
}
