import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "root with everything that the engine gives by default, and no limits",
  image: "node",
  service: {
    command: ["/app/server.cjs"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    user: "0:0",
    read_only: null,
    logging: null,
    cap_drop: null,
    security_opt: null,
    mem_limit: null,
    memswap_limit: null,
    ulimits: { nofile: { soft: 512, hard: 512 } },
  },
  is: {
    ...RIGHT_DEEP,
    "least-capabilities": "disproved",
    "disk-growth": "proven",
    "memory-squeeze": "disproved",
    "non-root": "disproved",
    "read-only-root": "disproved",
    "no-new-privileges": "disproved",
    "dropped-capabilities": "disproved",
    "effective-privileges": "disproved",
    "memory-peak": "disproved",
    "swap-limit": "not-tried",
    "open-files": "disproved",
    "log-limits": "disproved",
  },
};
