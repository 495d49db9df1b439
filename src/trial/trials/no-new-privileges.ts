import { unprivileged } from "../capabilities.ts";
import type { Trial } from "../trial.ts";
import { variantComesUp } from "../variant.ts";

const has = (options: readonly string[]): boolean => options.some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option));

export const noNewPrivileges: Trial = {
  id: "no-new-privileges",
  items: ["least-capabilities"],
  level: "quick",
  summary: "The container works with no-new-privileges, and is run with it.",
  why: "Without it a setuid program in the image makes root of whoever gets in.",
  method: "The container is run with no-new-privileges; its smoke requests must be answered as before.",
  source: "https://docs.kernel.org/userspace-api/no_new_privs.html",
  applies: unprivileged,
  run: async (lab, baseline) => {
    const declared = has(lab.subject.spec.securityOpt);
    const up = await variantComesUp(
      lab,
      {
        name: "no-new-privileges",
        change: (config) => ({
          ...config,
          HostConfig: {
            ...config.HostConfig,
            SecurityOpt: [...(config.HostConfig.SecurityOpt ?? []).filter((one) => !has([one])), "no-new-privileges"],
          },
        }),
      },
      baseline,
    );
    const measured = { declared };
    if (!up.up)
      return {
        state: "disproved",
        because: `with no-new-privileges ${up.words}`,
        measured,
        unless: "an entrypoint that uses sudo or su needs none when the image has the right USER",
      };
    if (declared) return { state: "proven", because: "it is run with no-new-privileges and answers as before", measured };
    return {
      state: "disproved",
      because: "it would work with no-new-privileges, and is not run with it",
      measured,
      proposals: [
        { path: ["security_opt"], value: ["no-new-privileges:true"], because: "its requests were answered with no-new-privileges" },
      ],
    };
  },
};
