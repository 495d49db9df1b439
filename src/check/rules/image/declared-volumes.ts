import { imageRule, NOTHING } from "../../rule.ts";

const covers = (target: string, path: string): boolean => path === target || path.startsWith(target.endsWith("/") ? target : `${target}/`);

export const declaredVolumes = imageRule({
  id: "image/declared-volumes",
  aliases: [],
  item: "stateless",
  severity: "error",
  confidence: "certain",
  summary: "Each volume that the image declares is given a place by the service.",
  why: "A VOLUME without a mount gets a nameless volume of its own with every new container: a release starts with an empty database, and the old data is removed with the old container.",
  source: "https://docs.docker.com/reference/dockerfile/#volume",
  examples: [
    {
      bad: { config: { volumes: ["/var/lib/postgresql/data"] } },
      good: { config: { volumes: ["/var/lib/postgresql/data"] }, service: "volumes: ['db_data:/var/lib/postgresql']" },
    },
    {
      bad: { config: { volumes: ["/data"] }, service: "volumes: [/data]" },
      good: { config: { volumes: ["/cache"] }, service: "tmpfs: [/cache]" },
    },
  ],
  applies: ({ name, service, image }) => {
    if (service === undefined) return "where its volumes are mounted only a service says";
    return image.config.volumes.length > 0 ? true : `${name}'s image declares no volume`;
  },
  proves: () => NOTHING,
  *check({ service, image }) {
    if (service === undefined) return;
    const kept = service.spec.mounts.filter((mount) => mount.type !== "volume" || mount.volume !== undefined);
    for (const path of image.config.volumes)
      if (!kept.some((mount) => covers(mount.target, path)))
        yield {
          at: ["volumes"],
          message: `${service.name}'s image keeps data in ${path}, which is lost with each new container`,
          advice: `Mount a named volume there (volumes: ["${service.name}_data:${path}"]), or a tmpfs when it may be lost.`,
        };
  },
});
