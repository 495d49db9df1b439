import { setTimeout as sleep } from "node:timers/promises";
import { lookAt, type Process } from "../lab/processes.ts";
import { smokeOnce } from "../smoke/smoke.ts";
import { beginsAsRoot } from "../starting-user.ts";
import type { Trial } from "../trial.ts";

const isRoot = ({ uids }: Process): boolean => uids.includes(0);

export const nonRoot: Trial = {
  id: "non-root",
  items: ["non-root"],
  proves: ["non-root"],
  level: "quick",
  summary: "No process of the container runs as root, for all of its life.",
  why: "Root inside is root outside for a kernel bug, a mounted file or a wrong capability. USER in the image says who starts; an entrypoint, a worker or a health check can be somebody else.",
  method:
    "A container of its own is looked at every few milliseconds from its start through its smoke requests; real, effective, saved and file-system user of every process are read. Who it begins as is what the engine was told.",
  source: "https://man7.org/linux/man-pages/man5/proc_pid_status.5.html",
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const running = await lab.start({ name: "non-root" });
    const probe = await running.probe();
    const users = new Map<string, Process>();
    let looks = 0;
    const look = async (): Promise<void> => {
      looks += 1;
      for (const one of (await lookAt(probe)).processes) users.set(`${one.command} ${one.uids.join(",")}`, one);
    };
    const until = performance.now() + limitMs;
    let up = false;
    while (!up && performance.now() < until) {
      await look();
      up = (await smokeOnce(running, smoke, 1000)).ok;
    }
    await look();
    await sleep(100);
    await look();
    const seen = [...users.values()];
    const roots = seen.filter(isRoot);
    const measured = { processes: seen.length, looks, users: [...new Set(seen.flatMap(({ uids }) => uids.map(String)))] };
    const [first] = roots;
    if (seen.length === 0) return { state: "not-tried", because: "no process was seen: the container ended too soon" };
    if (first !== undefined)
      return {
        state: "disproved",
        because: `${first.command.trim() || first.name} ran as root${roots.length > 1 ? `, and ${roots.length - 1} other${roots.length > 2 ? "s" : ""}` : ""}`,
        measured,
      };
    // What gives root up in its first milliseconds does so before anybody can look.
    if (beginsAsRoot(lab.subject.spec.user ?? lab.subject.image.config.user))
      return {
        state: "disproved",
        because: `it begins as root, since no other user is set, and was seen as ${measured.users.join(", ")} only afterwards`,
        measured,
        unless: "an entrypoint that prepares something and then gives root up does so at every start, with all that is mounted",
      };
    return {
      state: "proven",
      because: `${seen.length} process${seen.length === 1 ? "" : "es"} ran as ${measured.users.join(", ")}, in ${looks} looks from the start through its requests`,
      measured,
      unless: "a process that lives for less than a look apart would not be seen",
    };
  },
};
