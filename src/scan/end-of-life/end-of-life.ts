import type { Distribution, FoundPackage, Inventory } from "../../inventory/index.ts";
import type { Cycle, Products } from "../database/endoflife.ts";

/** A distribution or a runtime whose makers mend it no more. */
export interface EndOfLife {
  readonly subject: "distribution" | "runtime";
  /** For people: `Debian GNU/Linux 9 (stretch)`, `node`. */
  readonly name: string;
  readonly version: string;
  /** As endoflife.date names them: `debian`, `9`. */
  readonly product: string;
  readonly cycle: string;
  /** `extended`: only long-term or paid support mends it; `ended`: nobody does. */
  readonly state: "ended" | "extended";
  /** Day of the last regular fixes; absent where nobody says when. */
  readonly ended?: string;
  /** Day until which extended support goes, or went. */
  readonly extendedUntil?: string;
  /** Files that tell of the runtime. */
  readonly paths: readonly string[];
}

/** By os-release's ID. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  debian: "debian",
  ubuntu: "ubuntu",
  alpine: "alpine-linux",
  almalinux: "almalinux",
  rocky: "rocky-linux",
  rhel: "rhel",
  centos: "centos",
  fedora: "fedora",
  amzn: "amazon-linux",
  ol: "oracle-linux",
  "opensuse-leap": "opensuse",
  opensuse: "opensuse",
  sles: "sles",
  sled: "sles",
  photon: "photon",
  azurelinux: "azure-linux",
};

/** By the names of programs; those that the distribution brought are its own to mend. */
const RUNTIMES: Readonly<Record<string, string>> = {
  apache: "apache-http-server",
  bun: "bun",
  consul: "consul",
  deno: "deno",
  elixir: "elixir",
  envoy: "envoy",
  erlang: "erlang",
  etcd: "etcd",
  go: "go",
  grafana: "grafana",
  haproxy: "haproxy",
  julia: "julia",
  mariadb: "mariadb",
  mongodb: "mongodb",
  mysql: "mysql",
  nginx: "nginx",
  node: "nodejs",
  openssl: "openssl",
  perl: "perl",
  php: "php",
  postgresql: "postgresql",
  python: "python",
  rabbitmq: "rabbitmq",
  redis: "redis",
  ruby: "ruby",
  tomcat: "tomcat",
  traefik: "traefik",
  valkey: "valkey",
  vault: "hashicorp-vault",
};

const productOf = ({ id, name }: Distribution): string | undefined =>
  id === "centos" && /stream/i.test(name) ? "centos-stream" : DISTRIBUTIONS[id];

/** Of a program that no package manager brought, or of a Go program the release of its compiler. */
const runtimeOf = ({ type, name, ownedBy }: FoundPackage): string | undefined => {
  if (ownedBy !== undefined) return undefined;
  if (type === "golang") return name === "stdlib" ? "go" : undefined;
  return type === "generic" ? RUNTIMES[name] : undefined;
};

/** The cycle that a version belongs to: the longest name that its parts begin with. */
const cycleOf = (cycles: readonly Cycle[] | undefined, version: string): Cycle | undefined => {
  const parts = version.replace(/^(?:go|v)(?=\d)/, "").split(/[.+_-]/);
  for (let length = parts.length; length > 0; length -= 1) {
    const found = cycles?.find(({ cycle }) => cycle === parts.slice(0, length).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A day has passed when its last hour has, in UTC. */
const isPast = (day: string, now: number): boolean => Date.parse(`${day}T23:59:59Z`) < now;

const judged = (
  subject: EndOfLife["subject"],
  about: { readonly product: string; readonly name: string; readonly version: string; readonly paths: readonly string[] },
  products: Products,
  now: number,
): readonly EndOfLife[] => {
  const found = cycleOf(products[about.product], about.version);
  const { cycle = "", eol, extended } = found ?? {};
  if (eol === undefined || (eol !== true && !isPast(eol, now))) return [];
  return [
    {
      subject,
      ...about,
      cycle,
      state: extended !== undefined && !isPast(extended, now) ? "extended" : "ended",
      ...(eol === true ? {} : { ended: eol }),
      ...(extended === undefined ? {} : { extendedUntil: extended }),
    },
  ];
};

/** What in an image has come to its end, the distribution first. `now` in milliseconds since the epoch. */
export const endOfLifeOf = (
  { distribution, packages }: Pick<Inventory, "distribution" | "packages">,
  products: Products,
  now: number,
): readonly EndOfLife[] => {
  const product = distribution === undefined ? undefined : productOf(distribution);
  const runtimes = Map.groupBy(
    packages.filter((one) => runtimeOf(one) !== undefined),
    (one) => `${runtimeOf(one)} ${one.version}`,
  );
  return [
    ...(distribution?.version === undefined || product === undefined
      ? []
      : judged("distribution", { product, name: distribution.name, version: distribution.version, paths: [] }, products, now)),
    ...[...runtimes.values()].flatMap(([first, ...rest]) =>
      first === undefined
        ? []
        : judged(
            "runtime",
            { product: runtimeOf(first) ?? "", name: first.name, version: first.version, paths: [first, ...rest].map(({ path }) => path) },
            products,
            now,
          ),
    ),
  ];
};
