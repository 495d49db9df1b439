import { unprivileged } from "../capabilities.ts";
import { lookAt } from "../lab/processes.ts";
import type { Trial } from "../trial.ts";

export const effectivePrivileges: Trial = {
  id: "effective-privileges",
  items: ["least-capabilities"],
  proves: ["least-capabilities"],
  level: "quick",
  summary: "Its processes hold no capability, cannot gain one, and are under a seccomp filter.",
  why: "What the file asks for is not always what the kernel gives: a setuid program, an unconfined option or an old runtime leaves more than anybody meant.",
  method:
    "Effective and bounding capabilities, no_new_privs and the seccomp mode of every process are read from the kernel while the container does its work.",
  source: "https://man7.org/linux/man-pages/man5/proc_pid_status.5.html",
  applies: unprivileged,
  run: async (_lab, { running }) => {
    const { processes } = await lookAt(await running.probe());
    if (processes.length === 0) return { state: "not-tried", because: "no process was seen" };
    const measured = {
      processes: processes.length,
      withCapabilities: processes.filter(({ capEffective }) => capEffective !== 0n).length,
      withoutSeccomp: processes.filter(({ seccomp }) => seccomp !== 2).length,
      mayGain: processes.filter(({ capBounding, noNewPrivileges }) => capBounding !== 0n && !noNewPrivileges).length,
    };
    const faults = [
      ...(measured.withCapabilities > 0 ? [`${measured.withCapabilities} of its ${processes.length} processes hold capabilities`] : []),
      ...(measured.mayGain > 0 ? [`${measured.mayGain} could gain some through a setuid program`] : []),
      ...(measured.withoutSeccomp > 0 ? [`${measured.withoutSeccomp} run without a seccomp filter`] : []),
    ];
    if (faults.length > 0) return { state: "disproved", because: faults.join("; "), measured };
    return {
      state: "proven",
      because: `none of its ${processes.length} processes holds a capability or could gain one; all are under a seccomp filter`,
      measured,
    };
  },
};
