import type { Trial } from "../trial.ts";

const LEAST = 1024;

export const openFiles: Trial = {
  id: "open-files",
  items: ["resource-limits"],
  level: "quick",
  summary: "It may open as many files and connections as a server needs, and not without end.",
  why: "Each connection is an open file: at the limit new customers are turned away while everything looks well. Without one, a leak takes the kernel's memory.",
  method: "The limits of its first process are read from the kernel.",
  source: "https://man7.org/linux/man-pages/man5/proc_pid_limits.5.html",
  applies: () => true,
  run: async (_lab, { running }) => {
    const { output } = await (await running.probe()).sh("cat /proc/1/limits");
    const [, soft = "", hard = ""] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(output) ?? [];
    if (soft === "") return { state: "not-tried", because: "the kernel does not say what its limits are" };
    const measured = { soft, hard };
    if (soft !== "unlimited" && Number(soft) < LEAST)
      return {
        state: "disproved",
        because: `it may open ${soft} files at once`,
        measured,
        proposals: [{ path: ["ulimits", "nofile"], value: 65_536, because: `the limit was ${soft}` }],
      };
    if (soft === "unlimited") return { state: "disproved", because: "it may open files without end", measured };
    return { state: "proven", because: `it may open ${soft} files at once, and raise that to ${hard}`, measured };
  },
};
