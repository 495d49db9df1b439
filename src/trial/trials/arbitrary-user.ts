import type { Trial } from "../trial.ts";
import { variantComesUp } from "../variant.ts";

export const arbitraryUser: Trial = {
  id: "arbitrary-user",
  items: ["one-image"],
  level: "deep",
  summary: "It works as any user, as platforms that choose one run it.",
  why: "OpenShift and others give each project a user of its own, in group 0. An image that insists on one cannot be run there, nor beside another of its kind.",
  method: "The container is run as user 54321 of group 0; its smoke requests must be answered as before.",
  source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.16/html/images/creating-images",
  applies: () => true,
  run: async (lab, baseline) => {
    const up = await variantComesUp(lab, { name: "arbitrary-user", change: (config) => ({ ...config, User: "54321:0" }) }, baseline);
    if (up.up) return { state: "proven", because: "as user 54321 of group 0 it answered as before" };
    return {
      state: "disproved",
      because: `as user 54321 of group 0 ${up.words}`,
      unless: "it matters only where a platform chooses the user",
    };
  },
};
