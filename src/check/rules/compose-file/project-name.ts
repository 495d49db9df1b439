import { has, head } from "../../../source/yaml/index.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

export const projectNameRule = composeFileRule({
  id: "compose-file/project-name",
  aliases: ["dclint:require-project-name-field"],
  item: "one-image",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "The project has a name of its own.",
  why: "Without name the project is called like the folder it lies in: the same files in another folder are another project, with other volumes and networks.",
  source: "https://docs.docker.com/reference/compose-file/version-and-name/#name-top-level-element",
  examples: [{ bad: "services: {web: {image: 'shop/web:1.2.3'}}\n", good: "name: shop\nservices: {web: {image: 'shop/web:1.2.3'}}\n" }],
  // An override file speaks of the same project.
  applies: ({ project, source }) => (project.files[0] === source ? true : `${source.path} is merged into ${project.files[0]?.path}`),
  proves: () => NOTHING,
  *check({ tree, project }) {
    if (has(tree, "name") || has(project.written, "name")) return;
    yield {
      at: head(tree),
      message: "the project has no name: it is called like its folder",
      advice: "Write name: at the top of the file.",
    };
  },
});
