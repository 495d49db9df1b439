import { certificateId } from "../../proxy/index.ts";
import type { Live } from "../live.ts";
import type { ReleaseManifest } from "../manifest.ts";
import type { Step } from "../plan.ts";

/** `lenient` where nothing may stand in the way: back to what was, or repairing what is. */
export const installCertificates = ({ certificates = [] }: ReleaseManifest, lenient: boolean): readonly Step[] =>
  certificates.length === 0
    ? []
    : [
        {
          id: "certificates",
          why: "what their files hold now; one that did not change stays untouched",
          action: { do: "install-certificates", files: certificates, ...(lenient ? { lenient } : {}) },
        },
      ];

/** Once nothing answers under their hosts any more. */
export const dropCertificates = ({ project, certificates = [] }: ReleaseManifest, live: Live): readonly Step[] => {
  const kept = new Set(certificates.map((one) => certificateId(project, one)));
  return (live.certificates ?? []).every((id) => kept.has(id))
    ? []
    : [
        {
          id: "certificates/drop",
          why: "the release no longer names them",
          action: { do: "keep-certificates", files: certificates },
        },
      ];
};
