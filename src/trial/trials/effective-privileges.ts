import { setTimeout as sleep } from "node:timers/promises";
import { unprivileged } from "../capabilities.ts";
import { lookAt, type Process } from "../lab/processes.ts";
import type { Trial } from "../trial.ts";

/** Who is just being started by the engine, as a health check is, has not given up yet what it will not have. */
const AGAIN_MS = 300;

const holds = ({ capEffective }: Process): boolean => capEffective !== 0n;
const unfiltered = ({ seccomp }: Process): boolean => seccomp !== 2;
const mayGain = ({ capBounding, noNewPrivileges }: Process): boolean => capBounding !== 0n && !noNewPrivileges;

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
    const probe = await running.probe();
    const { processes } = await lookAt(probe);
    if (processes.length === 0) return { state: "not-tried", because: "no process was seen" };
    const isWrong = (one: Process): boolean => holds(one) || unfiltered(one) || mayGain(one);
    const suspect = processes.filter(isWrong);
    if (suspect.length > 0) await sleep(AGAIN_MS);
    const later = suspect.length > 0 ? (await lookAt(probe)).processes : [];
    const lasting = later.filter(({ pid }) => suspect.some((one) => one.pid === pid));
    const measured = {
      processes: processes.length,
      withCapabilities: lasting.filter(holds).length,
      withoutSeccomp: lasting.filter(unfiltered).length,
      mayGain: lasting.filter(mayGain).length,
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
