import type { AuditEntry } from "../auth/index.ts";
import type { Served } from "./served.ts";

const DID: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  manifest: { GET: "pull", PUT: "push", DELETE: "delete" },
  blob: { DELETE: "delete-blob" },
};

/** What of the requests belongs in the audit log: manifests that were pulled, pushed and deleted, blobs deleted, and whatever a known name was refused. */
export const auditOf = (served: Served): AuditEntry | undefined => {
  const { method, route, who, address, repository, reference, digest, status, agent } = served;
  const done = status < 400 && status !== 304;
  const did = done ? DID[route]?.[method] : status === 403 || status === 409 ? "denied" : undefined;
  if (did === undefined) return undefined;
  return {
    who,
    did: did === "denied" ? `denied-${DID[route]?.[method] ?? `${method.toLowerCase().slice(0, 10)}-${route}`}` : did,
    from: address,
    ...(repository === "" ? {} : { repository }),
    ...(reference === "" ? {} : { reference }),
    ...(digest === undefined ? {} : { digest }),
    status,
    ...(agent === "" ? {} : { agent }),
  };
};
