import { grantedCapabilities, unprivileged } from "../capabilities.ts";
import type { Trial } from "../trial.ts";
import { variantComesUp } from "../variant.ts";

export const droppedCapabilities: Trial = {
  id: "dropped-capabilities",
  items: ["least-capabilities"],
  level: "quick",
  summary: "The container is run without capabilities it does not need.",
  why: "Each capability that the program does not use is there for whoever takes it over.",
  method:
    "The container is run with every capability dropped; its smoke requests must be answered as before. Which ones it needs, when it needs any, the deep level finds out.",
  source: "https://man7.org/linux/man-pages/man7/capabilities.7.html",
  applies: unprivileged,
  run: async (lab, baseline) => {
    const granted = grantedCapabilities(lab.subject.spec);
    if (granted.length === 0) return { state: "proven", because: "it is run without any capability, and answers", measured: { granted } };
    const up = await variantComesUp(
      lab,
      {
        name: "no-capabilities",
        change: (config) => ({ ...config, HostConfig: { ...config.HostConfig, CapAdd: [], CapDrop: ["ALL"] } }),
      },
      baseline,
    );
    const measured = { granted };
    const unless = "a capability that only other requests need is not seen";
    if (up.up)
      return {
        state: "disproved",
        because: `it needs none of the ${granted.length} capabilities it is given`,
        measured,
        unless,
        proposals: [{ path: ["cap_drop"], value: ["ALL"], because: "its requests were answered with every capability dropped" }],
      };
    if (lab.subject.spec.capDrop.some((name) => name.toUpperCase() === "ALL"))
      return { state: "proven", because: `it is given ${granted.join(", ")} alone, and without them ${up.words}`, measured, unless };
    return {
      state: "disproved",
      because: `it is given ${granted.length} capabilities and needs some: without any, ${up.words}`,
      measured,
      unless,
    };
  },
};
