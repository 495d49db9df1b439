import type { Perform } from "./world.ts";

export const installCertificates: Perform<"install-certificates"> = async ({ files, lenient = false }, { proxy, project, progress }) => {
  for (const note of await proxy.certificates.install(project, files, { lenient })) progress.note(`warning: ${note}`);
  return undefined;
};

export const keepCertificates: Perform<"keep-certificates"> = async ({ files }, { proxy, project }) => {
  await proxy.certificates.keepOnly(project, files);
  return undefined;
};
