import { mountsOf, volumeWriters } from "../../compose/mounts.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const sharedVolumes = composeRule({
  id: "compose/shared-volumes",
  aliases: ["kics:shared_volumes_between_containers"],
  item: "stateless",
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "A volume belongs to one service.",
  why: "Two services that write to one volume depend on each other without a word about it: neither can be replaced, moved or restored alone, and two versions of a schema meet in one folder during a release.",
  source: "https://docs.docker.com/reference/compose-file/volumes/",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', volumes: ['data:/data']}, job: {image: 'shop/job:1.2.3', volumes: ['data:/data']}}\nvolumes: {data: {}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['data:/data']}, job: {image: 'shop/job:1.2.3', volumes: ['data:/data:ro']}}\nvolumes: {data: {}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node, project }) {
    const writers = volumeWriters(project.written);
    for (const { node: at, volume, readOnly } of mountsOf(node, project.written)) {
      const others = (writers.get(volume ?? "") ?? []).filter((name) => name !== service.name);
      if (volume !== undefined && !readOnly && others.length > 0)
        yield {
          at,
          message: `${service.name} writes to the volume ${volume}, and so does ${others.join(", ")}`,
          advice: "Give each its own volume, or mount it read-only in all but one.",
        };
    }
  },
});
