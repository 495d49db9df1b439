/** One TCP socket of a network namespace, as proc(5) lists it in /proc/PID/net/tcp and tcp6. */
export interface Socket {
  /** Dotted IPv4, also where the kernel has it mapped into IPv6; `::` and others stay as 32 hex digits. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly state: "established" | "opening" | "listening" | "other";
  readonly inode: string;
}

/** Kernel numbers of include/net/tcp_states.h. */
const STATES: Readonly<Record<string, Socket["state"]>> = { "01": "established", "03": "opening", "0A": "listening" };

const MAPPED = /^0{16}FFFF0000([0-9A-F]{8})$/;

/** The kernel prints each 32-bit word in the machine's own order; every platform we run on is little-endian. */
const addressOf = (hex: string): string => {
  const four = hex.length === 8 ? hex : MAPPED.exec(hex)?.[1];
  return four === undefined
    ? hex
    : (four.match(/../g) ?? [])
        .map((byte) => Number.parseInt(byte, 16))
        .toReversed()
        .join(".");
};

/** @param text of /proc/PID/net/tcp or tcp6; lines that are none are left out */
export const readSockets = (text: string): readonly Socket[] =>
  text.split("\n").flatMap((line): readonly Socket[] => {
    const found = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) (?:\S+ +){5}(\d+)/.exec(line);
    if (found === null) return [];
    const [, local = "", port = "", remote = "", remotePort = "", state = "", inode = ""] = found;
    return [
      {
        localAddress: addressOf(local),
        localPort: Number.parseInt(port, 16),
        remoteAddress: addressOf(remote),
        remotePort: Number.parseInt(remotePort, 16),
        state: STATES[state] ?? "other",
        inode,
      },
    ];
  });
