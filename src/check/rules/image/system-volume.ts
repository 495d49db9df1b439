import { imageRule, NOTHING } from "../../rule.ts";

/** What the kernel or the engine puts there is none of the image's; the rest hides the system's own files. */
const SYSTEM = /^\/(?:(?:proc|sys|dev|boot)(?:\/.*)?|(?:var\/)?run\/docker\.sock|(?:etc|lib|lib64|usr|bin|sbin|root)?\/?)$/;
const OF_KERNEL = /^\/(?:proc|sys|dev)(?:\/|$)/;

export const systemVolume = imageRule({
  id: "image/system-volume",
  aliases: ["dockle:DKL-DI-0002", "trivy:DS-0030"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No volume and no working directory of the image is a directory of the system.",
  why: "A volume over /etc or /usr hides what the image has there and is shared with whoever mounts it; a working directory under /proc can keep a file handle of the host open (CVE-2024-21626).",
  source: "https://nvd.nist.gov/vuln/detail/CVE-2024-21626",
  examples: [
    { bad: { config: { volumes: ["/etc"] }, alone: true }, good: { config: { volumes: ["/etc/shop"] }, alone: true } },
    { bad: { config: { workingDir: "/proc/self/fd/8" }, alone: true }, good: { config: { workingDir: "/app" }, alone: true } },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ name, image }) {
    const advice = "Use a directory of the application's, /app or /var/lib/<name>.";
    for (const path of image.config.volumes)
      if (SYSTEM.test(path)) yield { message: `${name} declares a volume at ${path}, which is the system's own`, advice };
    const { workingDir = "" } = image.config;
    if (OF_KERNEL.test(workingDir)) yield { message: `${name} starts in ${workingDir}, which is the kernel's own`, advice };
  },
});
