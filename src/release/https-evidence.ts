import type { Evidence, Verdict } from "../checklist/index.ts";
import { isoTime } from "../core/index.ts";
import { type CertificateStatus, covers } from "../proxy/index.ts";
import type { ReleaseManifest } from "./manifest.ts";

interface Seen {
  readonly certificates: readonly CertificateStatus[];
  /** The live release's. */
  readonly manifest: ReleaseManifest | undefined;
  /** Somebody has renewed ones served. */
  readonly watched: boolean;
  readonly project: string;
  readonly now: number;
}

const untried = (reason: string): { readonly verdict: Verdict; readonly because: string } => ({
  verdict: { state: "not-tried", reason },
  because: reason,
});

const judged = ({ certificates, manifest, watched }: Seen): { readonly verdict: Verdict; readonly because: string } => {
  const hosts = manifest?.services.flatMap(({ route }) => route?.hosts ?? []) ?? [];
  const ended = certificates.find(({ state }) => state === "ended");
  if (ended !== undefined) return { verdict: { state: "disproved" }, because: `the certificate of ${ended.names.join(", ")} has ended` };
  if (certificates.length === 0)
    return untried("the proxy has no certificate of this project; whether something in front of it has is not known");
  const bare = hosts.find((host) => host !== "*" && !certificates.some((one) => covers(one, host)));
  if (bare !== undefined) return untried(`the proxy has no certificate for ${bare}`);
  const first = Math.min(...certificates.map(({ notAfterMs }) => notAfterMs));
  const until = `the proxy serves certificates that hold until ${isoTime(first).slice(0, 10)} at least`;
  return watched
    ? { verdict: { state: "proven" }, because: `${until}, and seaworthy agent has renewed ones served` }
    : untried(`${until}; nobody looks whether they are renewed (seaworthy agent)`);
};

/** What the proxy shows of TLS, for the item `https`. Nothing for a project without routes. */
export const httpsEvidence = (seen: Seen): readonly Evidence[] =>
  seen.manifest?.services.some(({ route }) => route !== undefined) === true
    ? [
        {
          item: "https",
          subject: { kind: "project", project: seen.project },
          kind: "live",
          source: "proxy/certificates",
          at: seen.now,
          ...judged(seen),
        },
      ]
    : [];
