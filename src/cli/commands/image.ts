import { buildRouteMap } from "@stricli/core";
import { copy } from "./image-copy.ts";
import { diff } from "./image-diff.ts";
import { index } from "./image-index.ts";
import { inspect } from "./image-inspect.ts";
import { ls } from "./image-ls.ts";
import { save } from "./image-save.ts";
import { tree } from "./image-tree.ts";

export const image = buildRouteMap({
  routes: { inspect, ls, tree, diff, copy, index, save },
  docs: {
    brief: "Images wherever they are: engine, registry, layout, archive",
    fullDescription: `An image is named by the path of an archive (docker save, skopeo) or of an OCI layout, each with :NAME behind it where it holds several, or by its name, which is looked for in the engine here and then in its registry.
Where that must not be found out, as skopeo says it: docker://REF, docker-daemon:REF, oci:PATH:TAG, oci-archive:PATH, docker-archive:PATH, and to read from dir:PATH.`,
  },
});
