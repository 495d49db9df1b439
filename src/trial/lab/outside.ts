import type { ContainerConfig } from "../../engine/index.ts";
import type { Lab } from "./lab.ts";
import { probeImage, serveTcp } from "./probe.ts";
import { addressOf } from "./processes.ts";
import { execIn } from "./running.ts";

/** Something outside of the lab that was reached for. */
export interface Contact {
  /** The name that was asked for; of an address that nobody asked for, the address. */
  readonly to: string;
  /** Absent: its name was asked for, and no connection was tried. */
  readonly port?: number;
}

/** A network that looks as if it led outside: every name has an address, and what is sent to any is never answered. */
export interface Outside {
  /** Puts a container into it, beside whatever else the lab has. */
  readonly within: (config: ContainerConfig) => ContainerConfig;
  readonly contacts: () => Promise<readonly Contact[]>;
}

const ANSWERER = "/tmp/answer";
const ASKED = "/tmp/asked";
const TRIED = "/tmp/tried";

/**
 * Answers one question of DNS over TCP (RFC 1035, 4): A with an address of 198.18.0.0/16, which is set aside for measuring (RFC 2544), made of the name; anything else
 * with nothing. Writes down the question and what it answered. Lengths are in letters of hex, two for a byte.
 */
const ANSWER = `#!/bin/busybox sh
h=$(/bin/busybox dd bs=600 count=1 2>/dev/null | /bin/busybox xxd -p | /bin/busybox tr -d '\\n')
id=\${h:4:4}; q=\${h:28}; rest=$q; n=0
while l=\${rest:0:2}; [ "$l" != 00 ] && [ -n "$l" ]; do s=$((0x$l * 2 + 2)); rest=\${rest:$s}; n=$((n + s)); done
question=\${q:0:$((n + 10))}; a=; k=0000; ip=
if [ "\${q:$((n + 2)):4}" = 0001 ]; then
  c=$(echo \${q:0:$n} | /bin/busybox md5sum); ip=c612\${c:0:4}; a=c00c00010001000000050004$ip; k=0001
fi
echo "\${q:0:$n} $ip" >>${ASKED}
r=\${id}81800001\${k}00000000$question$a
printf '%04x%s' $((\${#r} / 2)) $r | /bin/busybox xxd -r -p
`;

/** Every tenth of a second, who is being connected to and has not answered: state 02, SYN_SENT (proc(5), /proc/net/tcp). */
const WATCH = `while :; do for t in tcp tcp6; do while read a l r s x; do [ "$s" = 02 ] && echo $r; done </proc/net/$t; done; /bin/busybox usleep 100000; done >>${TRIED} & `;

/** The name in a question, as DNS writes it: each part with its length in front, in hex. */
export const nameIn = (hex: string): string => {
  const bytes = Buffer.from(hex, "hex");
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += (bytes[at] ?? 0) + 1)
    parts.push(bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0)).toString("latin1"));
  return parts.join(".").toLowerCase();
};

const REVERSE = /\.(?:in-addr|ip6)\.arpa$/;

/** What was asked for and tried, put together. `inLab`: addresses that are the lab's own. */
export const contactsOf = (asked: string, tried: string, inLab: ReadonlySet<string>): readonly Contact[] => {
  const names = new Map<string, string>();
  const all = new Set<string>();
  for (const line of asked.split("\n")) {
    const [question = "", ip = ""] = line.trim().split(" ");
    const name = nameIn(question);
    if (name === "" || REVERSE.test(name)) continue;
    all.add(name);
    if (ip !== "") names.set([...Buffer.from(ip, "hex")].join("."), name);
  }
  const contacts = new Map<string, Contact>();
  for (const row of tried.split("\n")) {
    const [address = "", port = ""] = row.trim().split(":");
    if (port === "") continue;
    const ip = addressOf(address);
    if (inLab.has(ip) || /^(?:127\.|::1$)/.test(ip)) continue;
    const contact = { to: names.get(ip) ?? ip, port: Number.parseInt(port, 16) };
    contacts.set(`${contact.to}:${contact.port}`, contact);
  }
  const connected = new Set([...contacts.values()].map(({ to }) => to));
  const onlyAsked = [...all].filter((name) => !connected.has(name)).map((to): Contact => ({ to }));
  const key = ({ to, port = 0 }: Contact): string => `${to}:${port}`;
  return [...contacts.values(), ...onlyAsked].toSorted((a, b) => key(a).localeCompare(key(b)));
};

/** The last address of an IPv4 network before its broadcast: nobody is there. */
export const lastAddress = (subnet: string): string | undefined => {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet) ?? [];
  if (bits === undefined) return undefined;
  const size = 2 ** (32 - Number(bits));
  const base = ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
  const last = Math.floor(base / size) * size + size - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join(".");
};

/**
 * Starts the container whose network another one is to share. The engine's own resolver asks a server in it, by TCP where the program's resolver honours `use-vc`
 * (glibc, Go, c-ares); its default route leads to an address of the lab that nobody has. @returns undefined where the lab's network has no IPv4
 */
export const openOutside = async (lab: Lab, config: ContainerConfig): Promise<Outside | undefined> => {
  const { engine, inside, network, labels, run } = lab;
  const gateway = (await engine.networks.inspect(network))?.subnets.flatMap((subnet) => lastAddress(subnet) ?? [])[0];
  if (gateway === undefined) return undefined;
  const name = `seaworthy-trial-${run}-outside`;
  const script = [
    `echo ${Buffer.from(ANSWER).toString("base64")} | /bin/busybox base64 -d >${ANSWERER}; /bin/busybox chmod 700 ${ANSWERER}; :>${ASKED}; :>${TRIED}; `,
    serveTcp(53, ANSWERER),
    WATCH,
    `/bin/busybox ip route del default 2>/dev/null; /bin/busybox ip route add default via ${gateway} && exec /bin/busybox sleep 3600`,
  ].join("");
  await engine.containers.create(name, {
    Image: await probeImage(engine),
    Entrypoint: ["/bin/busybox"],
    Cmd: ["sh", "-c", script],
    User: "0:0",
    Labels: labels,
    HostConfig: {
      NetworkMode: network,
      // Of its own network, which is the lab's: a route, and the port of DNS.
      CapDrop: ["ALL"],
      CapAdd: ["NET_ADMIN", "NET_BIND_SERVICE"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,exec,size=4m" },
      Memory: 64 * 1024 ** 2,
      PidsLimit: 128,
      Init: true,
      Dns: ["127.0.0.1"],
      DnsSearch: ["."],
      DnsOptions: ["use-vc"],
      ...(config.HostConfig.ExtraHosts === undefined ? {} : { ExtraHosts: config.HostConfig.ExtraHosts }),
      ...(config.HostConfig.Sysctls === undefined ? {} : { Sysctls: config.HostConfig.Sysctls }),
    },
    ...(config.NetworkingConfig === undefined ? {} : { NetworkingConfig: config.NetworkingConfig }),
  });
  await engine.containers.start(name);
  const read = async (path: string): Promise<string> =>
    (await execIn(inside, name, ["/bin/busybox", "sort", "-u", path], { raw: true })).output;
  return {
    within: ({ NetworkingConfig: _n, Hostname: _h, Domainname: _d, ExposedPorts: _e, HostConfig, ...rest }) => {
      const { PortBindings: _p, Dns: _1, DnsSearch: _2, DnsOptions: _3, ExtraHosts: _x, Sysctls: _s, ...host } = HostConfig;
      return { ...rest, HostConfig: { ...host, NetworkMode: `container:${name}` } };
    },
    contacts: async () => {
      const { addresses = {} } = (await engine.networks.inspect(network)) ?? {};
      return contactsOf(await read(ASKED), await read(TRIED), new Set([...Object.values(addresses), gateway]));
    },
  };
};
