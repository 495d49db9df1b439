import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "PostgreSQL with its socket in its own layer, and a health check that cannot fail",
  image: "postgres",
  service: {
    user: "999:999",
    init: false,
    read_only: false,
    expose: ["5432"],
    environment: { POSTGRES_PASSWORD: "x" },
    mem_limit: "256m",
    memswap_limit: "256m",
    volumes: ["kept:/var/lib/postgresql/data"],
    healthcheck: { ...check("sh", "-c", "pg_isready -h 127.0.0.1 -t 1 || true"), start_period: "120s" },
  },
  is: {
    "secret-leaks": "proven",
    "early-readiness": null,
    "logs-complete": "not-tried",
    "read-only-root": "disproved",
    "file-writes": "disproved",
    "fake-healthcheck": "disproved",
    "frozen-healthcheck": "disproved",
    "graceful-stop": "not-tried",
    logs: "disproved",
  },
};
