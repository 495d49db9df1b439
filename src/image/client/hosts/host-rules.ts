import { BlockList, isIP } from "node:net";
import { type Reference, SeaworthyError } from "../../../core/index.ts";
import { bare } from "../endpoint.ts";
import { type DaemonRegistries, daemonRegistries } from "./daemon-json.ts";
import { type RegistryRule, registryRules } from "./registries-conf.ts";

/** Where an image may be pulled from. */
export interface PullPlace {
  readonly registry: string;
  readonly repository: string;
  readonly isMirror: boolean;
}

/** What this machine's configuration says of registries. */
export interface HostRules {
  /** Whether certificates of this `host[:port]` go unverified, and plain HTTP will do where it speaks no TLS. */
  insecure(host: string): boolean;
  /** In the order in which they are asked; the last is the registry itself. @throws REGISTRY_REFUSED where it is blocked */
  places(reference: Pick<Reference, "registry" | "repository" | "digest">): readonly PullPlace[];
}

const HUB = "docker.io";

const inNetwork = (host: string, network: string): boolean => {
  const [base = "", length = ""] = network.split("/");
  if (isIP(base) === 0 || isIP(host) !== isIP(base) || !/^\d{1,3}$/.test(length)) return false;
  const kind = isIP(base) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(base, Number(length), kind);
  return list.check(host, kind);
};

const splitPlace = (place: string): { readonly registry: string; readonly path: string } => {
  const slash = place.indexOf("/");
  return slash < 0 ? { registry: place, path: "" } : { registry: place.slice(0, slash), path: place.slice(slash + 1) };
};

/** How much of the name a prefix stands for; undefined when it is for others. */
const matched = (prefix: string, name: string): number | undefined => {
  if (prefix.startsWith("*.")) return splitPlace(name).registry.endsWith(prefix.slice(1)) ? prefix.length : undefined;
  return name === prefix || name.startsWith(`${prefix}/`) ? prefix.length : undefined;
};

const ruleFor = (rules: readonly RegistryRule[], name: string): RegistryRule | undefined =>
  rules
    .map((rule) => ({ rule, length: matched(rule.prefix, name) }))
    .filter((each) => each.length !== undefined)
    .sort((a, b) => (b.length ?? 0) - (a.length ?? 0))[0]?.rule;

/** The name with the prefix replaced. */
const moved = (rule: RegistryRule, location: string, name: string, isMirror: boolean): PullPlace => {
  const rest = rule.prefix.startsWith("*.") ? `/${splitPlace(name).path}` : name.slice(rule.prefix.length);
  const { registry, path } = splitPlace(`${location}${rest}`);
  return { registry, repository: path, isMirror };
};

export const hostRules = (daemon: DaemonRegistries, rules: readonly RegistryRule[]): HostRules => {
  const unverified = new Set([
    ...daemon.mirrors.filter((url) => url.protocol === "http:").map((url) => url.host),
    ...rules.flatMap((rule) => [
      ...(rule.insecure && rule.location !== undefined ? [splitPlace(rule.location).registry] : []),
      ...rule.mirrors.filter((mirror) => mirror.insecure).map((mirror) => splitPlace(mirror.location).registry),
    ]),
  ]);
  const wild = rules.filter((rule) => rule.insecure && rule.prefix.startsWith("*."));
  return {
    insecure: (host) => {
      const { hostname } = new URL(`http://${host}`);
      return (
        unverified.has(host) ||
        wild.some((rule) => host.endsWith(rule.prefix.slice(1))) ||
        daemon.insecure.some((entry) => entry === host || (entry.includes("/") ? inNetwork(bare(hostname), entry) : entry === hostname))
      );
    },
    places: (reference) => {
      const { registry, repository } = reference;
      const name = `${registry}/${repository}`;
      const rule = ruleFor(rules, name);
      if (rule?.blocked === true)
        throw new SeaworthyError("REGISTRY_REFUSED", `${name} is blocked by ${rule.file}`, {
          hint: "Whoever set up this machine does not want images from there. Use another, or change that file.",
        });
      const kind = reference.digest === undefined ? "tag-only" : "digest-only";
      const path = (url: URL): string => url.pathname.replace(/^\/|\/$/g, "");
      return [
        ...(registry === HUB
          ? daemon.mirrors.map((url) => ({
              registry: url.host,
              repository: path(url) === "" ? repository : `${path(url)}/${repository}`,
              isMirror: true,
            }))
          : []),
        ...(rule?.mirrors ?? [])
          .filter(({ pulls }) => pulls === "all" || pulls === kind)
          .map((mirror) => moved(rule as RegistryRule, mirror.location, name, true)),
        rule?.location === undefined ? { registry, repository, isMirror: false } : moved(rule, rule.location, name, false),
      ];
    },
  };
};

/** Asks nobody but the registry named, and trusts nobody more: for what must not depend on the machine. */
export const noHostRules: HostRules = hostRules({ mirrors: [], insecure: [] }, []);

/** `daemon.json` of the engine and `registries.conf` of podman and skopeo, read when they are first asked. @throws INPUT_INVALID */
export const machineHostRules = (env: NodeJS.ProcessEnv = process.env): HostRules => {
  let read: HostRules | undefined;
  const rules = (): HostRules => (read ??= hostRules(daemonRegistries(env), registryRules(env)));
  return { insecure: (host) => rules().insecure(host), places: (reference) => rules().places(reference) };
};
