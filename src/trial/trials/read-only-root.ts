import { smokeWords } from "../smoke/smoke.ts";
import type { Trial } from "../trial.ts";
import { variantComesUp } from "../variant.ts";

const TMP = "rw,noexec,nosuid,nodev,size=64m,mode=1777";

export const readOnlyRoot: Trial = {
  id: "read-only-root",
  items: ["read-only-rootfs"],
  proves: ["read-only-rootfs"],
  level: "quick",
  summary: "The container works with a read-only root.",
  why: "What cannot be written cannot be replaced by who gets in, and nothing that matters is lost with the container.",
  method:
    "The container is run with a read-only root and what the service declares as volumes and tmpfs, with /tmp added where it has none; its smoke requests must be answered as before.",
  source: "https://docs.docker.com/reference/compose-file/services/#read_only",
  applies: () => true,
  run: async (lab, baseline) => {
    const { smoke } = baseline;
    const { spec } = lab.subject;
    const hasTmp = spec.mounts.some(({ target }) => target === "/tmp");
    const run = (name: string, tmp: boolean) =>
      variantComesUp(
        lab,
        {
          name,
          change: (config) => ({
            ...config,
            HostConfig: {
              ...config.HostConfig,
              ReadonlyRootfs: true,
              Tmpfs: { ...config.HostConfig.Tmpfs, ...(tmp ? { "/tmp": TMP } : {}) },
            },
          }),
        },
        baseline,
      );
    const asDeclared = await run("read-only", false);
    const works = asDeclared.up || hasTmp ? asDeclared : await run("read-only-tmp", true);
    const measured = { declared: spec.readOnlyRoot, withTmp: !asDeclared.up && works.up };
    if (!works.up)
      return {
        state: "disproved",
        because: `with a read-only root ${works.words}`,
        measured,
        unless: "it may need a volume or a tmpfs for a folder that it writes: see file-writes",
      };
    const proposals = [
      ...(spec.readOnlyRoot
        ? []
        : [{ path: ["read_only"], value: true, because: `its requests were answered with a read-only root (${smokeWords(smoke)})` }]),
      ...(asDeclared.up
        ? []
        : [
            {
              path: ["tmpfs"],
              value: ["/tmp:size=64m,mode=1777,noexec,nosuid,nodev"],
              because: "with a read-only root it comes up only when /tmp can be written",
            },
          ]),
    ];
    const unless = "a path that is written later (an upload, a cache, a reload) is not reached by the smoke requests";
    if (!spec.readOnlyRoot || !asDeclared.up)
      return {
        state: "disproved",
        because: spec.readOnlyRoot
          ? "with a read-only root it comes up only when /tmp can be written, which the service does not say"
          : `it would work with a read-only root${asDeclared.up ? "" : " and a /tmp in memory"}, and is not run with one`,
        measured,
        unless,
        proposals,
      };
    return { state: "proven", because: `it runs with a read-only root and answered ${smokeWords(smoke)}`, measured, unless };
  },
};
