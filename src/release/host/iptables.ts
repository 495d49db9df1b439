import { exec, lastWords, SeaworthyError } from "../../core/index.ts";

const TIMEOUT_MS = 15_000;

/** Docker Engine itself needs the program for published ports, so where there are any it is there. `-w`: waits for whoever has the tables. */
const run = async (
  args: readonly string[],
  program: "iptables" | "ip6tables" = "iptables",
): Promise<{ readonly ok: boolean; readonly words: string; readonly stdout: string }> => {
  const result = await exec(program, ["-w", "10", ...args], { timeoutMs: TIMEOUT_MS });
  return { ok: result.exitCode === 0, words: lastWords(result), stdout: result.stdout };
};

const must = async (args: readonly string[]): Promise<void> => {
  const { ok, words } = await run(args);
  if (ok) return;
  throw new SeaworthyError(
    /permission denied|not permitted/i.test(words) ? "PERMISSION_DENIED" : "ENGINE_REFUSED",
    `iptables ${args.join(" ")} failed: ${words}`,
    {
      hint: "Run as root, in the host's own network.",
    },
  );
};

/** Packets from outside and from containers come through the first, those of this host through the second. */
const CHAINS = ["PREROUTING", "OUTPUT"] as const;

const ruleOf = (port: number, to: number): readonly string[] =>
  `-p tcp --dport ${port} -m addrtype --dst-type LOCAL -m comment --comment seaworthy-adopt-${port} -j REDIRECT --to-ports ${to}`.split(
    " ",
  );

/**
 * The nat table decides about the first packet of a connection only, so open connections stay. First in its chain: before Docker's own rules.
 * For IPv6 where this host can: Docker's own proxy answers there as well.
 */
export const addRedirect = async (port: number, to: number): Promise<void> => {
  for (const chain of CHAINS) {
    if (!(await run(["-t", "nat", "-C", chain, ...ruleOf(port, to)])).ok) await must(["-t", "nat", "-I", chain, "1", ...ruleOf(port, to)]);
    if (!(await run(["-t", "nat", "-C", chain, ...ruleOf(port, to)], "ip6tables")).ok)
      await run(["-t", "nat", "-I", chain, "1", ...ruleOf(port, to)], "ip6tables");
  }
};

export const dropRedirect = async (port: number, to: number): Promise<void> => {
  for (const chain of CHAINS) {
    while ((await run(["-t", "nat", "-C", chain, ...ruleOf(port, to)])).ok) await must(["-t", "nat", "-D", chain, ...ruleOf(port, to)]);
    while ((await run(["-t", "nat", "-D", chain, ...ruleOf(port, to)], "ip6tables")).ok) continue;
  }
};

/** Published ports of containers go past this chain, ports of the host's own processes through it. */
export const inputFilter = async (): Promise<string | undefined> => {
  const { ok, words, stdout } = await run(["-S", "INPUT"]);
  if (!ok) return `the firewall's rules cannot be read (${words})`;
  const lines = stdout.split("\n").filter((line) => line !== "");
  if (lines.some((line) => /^-P INPUT (?!ACCEPT)/.test(line)))
    return `iptables drops what no rule of its chain INPUT lets in (${lines[0] ?? ""})`;
  const rule = lines.find((line) => line.startsWith("-A ") && !line.endsWith(" -j ACCEPT"));
  return rule === undefined ? undefined : `iptables has rules for what comes in to this host itself (${rule})`;
};
