import { basename, dirname } from "node:path/posix";
import type { Inside } from "../../engine/index.ts";
import { writeTar } from "../../image/index.ts";
import type { ContainerSpec } from "../../project/index.ts";
import { foldersOf } from "./container.ts";
import { dummySecret } from "./disguise.ts";

/** Puts made-up secrets and the real configs where the service looks for them, into a container that has not started. */
export const putFiles = async (
  inside: Inside,
  container: string,
  spec: ContainerSpec,
  { run, configs }: { readonly run: string; readonly configs: ReadonlyMap<string, string> },
): Promise<void> => {
  const files = [
    ...spec.secrets.map((file) => ({ ...file, text: dummySecret(file.source, run) })),
    ...spec.configs.map((file) => ({ ...file, text: configs.get(file.source) ?? dummySecret(file.source, run) })),
  ];
  for (const folder of foldersOf(files))
    await inside.put(
      container,
      folder,
      writeTar(
        files
          .filter(({ target }) => dirname(target) === folder)
          .map(({ target, uid, gid, mode, text }) => ({ path: basename(target), uid, gid, mode, body: Buffer.from(text) })),
      ),
    );
};
