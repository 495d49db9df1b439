import { randomBytes } from "node:crypto";
import { PROBE_PROGRAM, PROBE_UID } from "./names.ts";
import type { Probe } from "./probe.ts";

/** One process of the container, as the kernel describes it (proc(5)). */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** `S`, `R`, `Z` ... */
  readonly state: string;
  readonly command: string;
  /** Real, effective, saved and file-system user. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  /** Bit n-1 is signal n. */
  readonly caught: bigint;
  readonly ignored: bigint;
  readonly capEffective: bigint;
  readonly capBounding: bigint;
  readonly noNewPrivileges: boolean;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number;
  readonly threads: number;
}

/** A socket that waits for peers. */
export interface Listener {
  readonly protocol: "tcp" | "udp";
  /** `0.0.0.0`, `::`, `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
}

/** What the first process has started, at any depth. What comes from outside has no parent. */
export const belowFirst = (processes: readonly Process[]): readonly Process[] =>
  processes.filter(({ pid, parent, state }) => pid !== 1 && parent !== 0 && state !== "Z");

/** The mark between blocks is new each time, and not in the script itself: command lines, the script's own too, are part of what is read. */
const script = (mark: string): string =>
  [
    `m=${mark}`,
    `for d in /proc/[0-9]*; do echo "=$m=\${d#/proc/}"; cat $d/status 2>/dev/null; printf 'Command:\\t'; tr '\\0\\n' '  ' <$d/cmdline 2>/dev/null; echo; done`,
    `for f in tcp tcp6 udp udp6; do echo "=$m=$f"; cat /proc/net/$f 2>/dev/null; done`,
  ].join("\n");

const numbers = (text = ""): readonly number[] => text.trim().split(/\s+/).map(Number);
const mask = (text = "0"): bigint => BigInt(`0x${text.trim() || "0"}`);

/** The engine's own beginning of a program that it starts in the container, a health check say, before it has given up its rights and become that program. */
const isRuntime = (name: string, command: string): boolean =>
  /^(?:runc|crun|youki)(?::\[|$)/.test(name) || /^\S*\b(?:runc|crun|exe) init\b/.test(command);

const processOf = (block: string): Process | undefined => {
  const [head = "", ...lines] = block.split("\n");
  const fields = new Map(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at), line.slice(at + 1).trim()] as const;
    }),
  );
  const uids = numbers(fields.get("Uid"));
  const parent = Number(fields.get("PPid") ?? 0);
  const command = fields.get("Command") ?? "";
  const isProbe = uids[0] === PROBE_UID || (parent === 0 && command === PROBE_PROGRAM.join(" "));
  if (!fields.has("Uid") || isProbe || isRuntime(fields.get("Name") ?? "", command)) return undefined;
  return {
    pid: Number(head),
    parent,
    name: fields.get("Name") ?? "",
    state: fields.get("State")?.slice(0, 1) ?? "",
    command,
    uids,
    gids: numbers(fields.get("Gid")),
    caught: mask(fields.get("SigCgt")),
    ignored: mask(fields.get("SigIgn")),
    capEffective: mask(fields.get("CapEff")),
    capBounding: mask(fields.get("CapBnd")),
    noNewPrivileges: fields.get("NoNewPrivs") === "1",
    seccomp: Number(fields.get("Seccomp") ?? 0),
    threads: Number(fields.get("Threads") ?? 1),
  };
};

/** The kernel writes each 32 bits in the machine's own order, which is little-endian on both architectures there are. */
export const addressOf = (hex: string): string => {
  const bytes = [...(hex.match(/.{8}/g) ?? [])].flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.every((byte) => byte === 0)) return "::";
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255) return bytes.slice(12).join(".");
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return "::1";
  return Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16)).join(":");
};

const LISTENING = { tcp: "0A", udp: "07" } as const;

const listenersOf = (block: string): readonly Listener[] => {
  const [title = "", , ...rows] = block.split("\n");
  const protocol = title.startsWith("tcp") ? "tcp" : "udp";
  return rows.flatMap((row): readonly Listener[] => {
    const [, local = "", , state] = row.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    if (state !== LISTENING[protocol] || address === "") return [];
    return [{ protocol, address: addressOf(address), port: Number.parseInt(port, 16) }];
  });
};

/** All processes and listeners of the container that a probe is beside, in one look; the probe's own are left out. `raw`: command lines as they are, credentials included. */
export const lookAt = async (
  probe: Probe,
  { raw = false }: { readonly raw?: boolean } = {},
): Promise<{ readonly processes: readonly Process[]; readonly listeners: readonly Listener[] }> => {
  const mark = randomBytes(8).toString("hex");
  const { output } = await probe.sh(script(mark), { raw });
  const blocks = output.split(`=${mark}=`).slice(1);
  const isTable = (block: string): boolean => /^(?:tcp|udp)6?\n/.test(block);
  return {
    processes: blocks.flatMap((block) => (isTable(block) ? [] : (processOf(block) ?? []))),
    // The engine's own resolver listens in every container on a user's network, on an address of its own.
    listeners: blocks.flatMap((block) => (isTable(block) ? listenersOf(block) : [])).filter(({ address }) => address !== "127.0.0.11"),
  };
};
