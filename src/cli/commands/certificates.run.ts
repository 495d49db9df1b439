import { isoTime, SeaworthyError } from "../../core/index.ts";
import type { CertificateStatus, Renewal } from "../../proxy/index.ts";
import { openServer } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";

export interface Flags extends OutputFlags {
  readonly renew?: boolean;
  readonly dryRun?: boolean;
}

const WORDS = { good: "", ending: "ends soon", ended: "has ended" } as const;

const outcomeWords = ({ outcome, because }: Renewal, dryRun: boolean): string => {
  if (outcome === "same") return "as before";
  return outcome === "renewed" ? (dryRun ? "would be renewed" : "renewed") : `refused: ${because ?? ""}`;
};

const line = (one: CertificateStatus | Renewal, dryRun: boolean): readonly string[] => [
  one.project,
  one.names.join(", "),
  `until ${isoTime(one.notAfterMs).slice(0, 10)}`,
  one.files.certificate,
  [WORDS[one.state], ...("outcome" in one ? [outcomeWords(one, dryRun)] : [])].filter((words) => words !== "").join("; "),
];

export const run = reporting<Flags, []>(async (context, { renew = false, dryRun = false }): Promise<Outcome> => {
  if (dryRun && !renew) throw new SeaworthyError("USAGE", "--dry-run says what --renew would do; give both");
  using host = openServer(context);
  const { certificates } = host.proxy;
  const all: readonly (CertificateStatus | Renewal)[] = renew ? await certificates.renew({ dryRun }) : certificates.list();
  const bad = all.some((one) => one.state === "ended" || ("outcome" in one && one.outcome === "refused"));
  return {
    exit: bad ? 1 : 0,
    human: all.length === 0 ? "the proxy has no certificates" : table(all.map((one) => line(one, dryRun))),
    json: { schema: "seaworthy/certificates@1", certificates: all },
  };
});
