import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "PostgreSQL with its data in a volume; it speaks no HTTP and logs plain lines",
  image: "postgres",
  service: {
    user: "999:999",
    init: false,
    expose: ["5432"],
    environment: { POSTGRES_PASSWORD: "x" },
    mem_limit: "256m",
    memswap_limit: "256m",
    shm_size: "64m",
    stop_signal: "SIGINT",
    volumes: ["kept:/var/lib/postgresql/data"],
    tmpfs: ["/tmp:uid=999,gid=999,mode=0700", "/run/postgresql:uid=999,gid=999,mode=0750"],
    healthcheck: { ...check("pg_isready", "-h", "127.0.0.1", "-t", "5"), start_period: "120s" },
  },
  is: { "secret-leaks": "proven", "logs-complete": "not-tried", "graceful-stop": "not-tried", logs: "disproved" },
};
