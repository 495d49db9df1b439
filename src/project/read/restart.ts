import type { ContainerSpec } from "../container-spec.ts";
import { type Reader, report } from "./reading.ts";

type Restart = ContainerSpec["restart"];

/** `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:5`. */
export const restart: Reader<Restart> = (node, path, reading) => {
  const written = node.kind === "scalar" ? node.text : "";
  const retries = /^on-failure:(\d{1,6})$/.exec(written)?.[1];
  if (retries !== undefined) return { policy: "on-failure", maxRetries: Number(retries) };
  // YAML 1.1 readers take a bare `no` for false.
  if (written === "no" || written === "false") return { policy: "no" };
  if (written === "always" || written === "on-failure" || written === "unless-stopped") return { policy: written };
  return report(reading, node, `${path}: expected no, always, unless-stopped, on-failure or on-failure:NUMBER`);
};
