/**
 * The base images of the examples and tests. `hub` is the name as a Dockerfile in this repository writes it; `local` is the repository under
 * which an image made here is stored in the engine (behind the loopback registry's `127.0.0.1:PORT/`), so that a pin by digest resolves with nothing running.
 *
 * The digests of `hub` were not resolved from this project's own machines (they reach no hub): they are the ones that many public repositories give for
 * these tags. `repin` and set-up never rely on them where they do not resolve.
 */
export interface Recipe {
  readonly name: string;
  /** Null: never taken from a hub. */
  readonly hub: string | null;
  /** References without digest that `repin` replaces, besides `hub` without its digest. */
  readonly aliases: readonly string[];
  readonly local: string;
  /** The short, local tags set on the image made here. */
  readonly tags: readonly string[];
  /** Debian packages whose candidate versions are part of the cache key. */
  readonly packages: readonly string[];
  readonly usesNode: boolean;
  readonly config: ImageConfig;
}

/** The part of an OCI image config that a recipe sets. Source: OCI image spec 1.1, config.md. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly StopSignal?: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
}

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const certificates = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt";
const nodeVersion = "24.21.0";

export const recipes: readonly Recipe[] = [
  {
    name: "node-slim",
    hub: "node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df",
    aliases: ["node:24-slim", "node:24-bookworm-slim", "node:24", "node:latest"],
    local: "base/node",
    tags: ["seaworthy/node:24-slim"],
    packages: ["base-files", "libc6", "libstdc++6", "dpkg", "apt", "bash", "perl-base", "libssl3", "ca-certificates", "zlib1g"],
    usesNode: true,
    config: { Env: [path, `NODE_VERSION=${nodeVersion}`], Cmd: ["node"] },
  },
  {
    name: "nodejs",
    hub: "gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a",
    aliases: [],
    local: "base/nodejs",
    tags: ["seaworthy/nodejs:24"],
    packages: ["base-files", "libc6", "libstdc++6", "libgcc-s1", "ca-certificates", "tzdata", "netbase"],
    usesNode: true,
    config: { User: "65532", Env: [path, certificates], Entrypoint: ["/nodejs/bin/node"], WorkingDir: "/home/nonroot" },
  },
  {
    name: "postgres",
    hub: "postgres:15.19-bookworm@sha256:539ceaaae49b3a7c8a04467cf00cc6788d8e3f1675df41860d86eebc4c40524f",
    aliases: ["postgres:15-bookworm", "postgres:15"],
    local: "base/postgres",
    tags: ["seaworthy/postgres:15"],
    packages: [
      "base-files",
      "libc6",
      "postgresql-15",
      "libpq5",
      "libssl3",
      "libicu72",
      "libxml2",
      "libkrb5-3",
      "coreutils",
      "dash",
      "tzdata",
    ],
    usesNode: false,
    config: {
      User: "999:999",
      Env: [
        `PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        "LANG=C.UTF-8",
        "PG_MAJOR=15",
        "PGDATA=/var/lib/postgresql/data/pgdata",
      ],
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["postgres"],
      StopSignal: "SIGINT",
      ExposedPorts: { "5432/tcp": {} },
      Volumes: { "/var/lib/postgresql/data": {} },
    },
  },
  {
    name: "haproxy",
    hub: null,
    aliases: [],
    local: "base/haproxy",
    tags: ["seaworthy/haproxy:2.6"],
    packages: ["base-files", "libc6", "haproxy", "liblua5.3-0", "libpcre2-8-0", "libssl3", "libsystemd0", "ca-certificates", "tzdata"],
    usesNode: false,
    config: {
      Env: [path],
      Cmd: ["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"],
      StopSignal: "SIGUSR1",
      WorkingDir: "/var/lib/haproxy",
    },
  },
  {
    name: "probe",
    hub: null,
    aliases: [],
    local: "base/probe",
    tags: ["seaworthy/probe:1"],
    packages: ["busybox-static"],
    usesNode: false,
    config: { Env: ["PATH=/bin"], Entrypoint: ["/bin/busybox"], Cmd: ["sleep", "3600"] },
  },
];
