import { type Clock, isSeaworthyError, SeaworthyError, wordsOf } from "../../core/index.ts";
import { covers, type CertificateFiles, readCertificate } from "./certificate.ts";
import { certificateId, type CertificateStore, type Kept } from "./store.ts";

/** What a certificate is, for whoever asks; never the key. */
export interface CertificateStatus extends Pick<Kept, "id" | "project" | "files" | "names" | "notBeforeMs" | "notAfterMs"> {
  /** `ending`: less than 14 days and less than a third of its life are left. */
  readonly state: "good" | "ending" | "ended";
}

/** What became of one when its files were read again. */
export interface Renewal extends CertificateStatus {
  readonly outcome: "same" | "renewed" | "refused";
  /** Why it was refused; the one that is in use stays. */
  readonly because?: string;
}

/** The certificates of the host's proxy. They are the host's and no release's: a rollback brings no old one back. */
export interface Certificates {
  list(): readonly CertificateStatus[];
  /**
   * Makes the proxy serve these files of a project, reading them now, beside those that it serves already. All or none.
   * `lenient`: one that cannot be read stays as it is, or away, and is named in the answer.
   * @throws INPUT_INVALID, INPUT_NOT_FOUND, PERMISSION_DENIED with nothing changed; PROXY_UNREACHABLE when HAProxy does not take them, which goes on with those it had
   */
  install(project: string, files: readonly CertificateFiles[], options?: { readonly lenient?: boolean }): Promise<readonly string[]>;
  /** Lets go of the project's others. */
  keepOnly(project: string, files: readonly CertificateFiles[]): Promise<void>;
  /** Reads the files of all again and serves those that changed. With `dryRun` says what it would do. Never throws for a bad pair. */
  renew(options?: { readonly dryRun?: boolean }): Promise<readonly Renewal[]>;
}

const DAY_MS = 24 * 3600 * 1000;
const ENDING_MS = 14 * DAY_MS;

const stateOf = ({ notBeforeMs, notAfterMs }: Pick<Kept, "notBeforeMs" | "notAfterMs">, now: number): CertificateStatus["state"] => {
  const left = notAfterMs - now;
  if (left <= 0) return "ended";
  return left < ENDING_MS && left < (notAfterMs - notBeforeMs) / 3 ? "ending" : "good";
};

/** Whole days until it ends, in words; undefined for one that is good. */
export const endingIn = (one: Pick<Kept, "notBeforeMs" | "notAfterMs" | "names">, now: number): string | undefined => {
  const state = stateOf(one, now);
  if (state === "good") return undefined;
  const names = one.names.join(", ");
  const days = Math.floor((one.notAfterMs - now) / DAY_MS);
  return state === "ended"
    ? `the certificate of ${names} has ended`
    : `the certificate of ${names} ends in ${days} day${days === 1 ? "" : "s"}`;
};

const statusOf = (one: Kept, now: number): CertificateStatus => ({
  id: one.id,
  project: one.project,
  files: one.files,
  names: one.names,
  notBeforeMs: one.notBeforeMs,
  notAfterMs: one.notAfterMs,
  state: stateOf(one, now),
});

interface Parts {
  readonly store: CertificateStore;
  readonly clock: Clock;
  /** Hosts that the project's services answer to. */
  readonly hostsOf: (project: string) => readonly string[];
  /** Under the proxy's lock. */
  readonly locked: <T>(what: string, work: () => Promise<T>) => Promise<T>;
  /** Writes HAProxy's configuration and makes it serve what the store has. @throws when it does not */
  readonly apply: () => Promise<void>;
  /** The same for pairs alone, of which HAProxy may have an older one when somebody died. */
  readonly serve: () => Promise<void>;
}

export const createCertificates = ({ store, clock, hostsOf, locked, apply, serve }: Parts): Certificates => {
  /** Puts them in their places, and puts the places back when HAProxy does not take them. */
  const place = async (project: string, all: readonly { readonly files: CertificateFiles; readonly pem: string }[]): Promise<void> => {
    const before = all.map(({ files }) => ({ files, pem: store.pem(certificateId(project, files)) }));
    for (const { files, pem } of all) store.put(project, files, pem);
    try {
      await apply();
    } catch (error) {
      for (const { files, pem } of before)
        if (pem === undefined) store.remove(certificateId(project, files));
        else store.put(project, files, pem);
      // It may have taken a part of them.
      await apply().catch(() => undefined);
      throw error;
    }
  };

  const isNew = (project: string, { files, pem }: { readonly files: CertificateFiles; readonly pem: string }): boolean =>
    store.pem(certificateId(project, files)) !== pem;

  const install: Certificates["install"] = async (project, files, { lenient = false } = {}) => {
    const notes: string[] = [];
    const read = files.flatMap((one) => {
      try {
        return [{ files: one, ...readCertificate(one, clock.now()) }];
      } catch (error) {
        if (!lenient || !isSeaworthyError(error)) throw error;
        notes.push(wordsOf(error));
        return [];
      }
    });
    const changed = read.filter((one) => isNew(project, one));
    await (changed.length > 0 ? place(project, changed) : serve());
    return notes;
  };

  const keepOnly: Certificates["keepOnly"] = async (project, files) => {
    const wanted = new Set(files.map((one) => certificateId(project, one)));
    const others = store.all().filter((one) => one.project === project && !wanted.has(one.id));
    for (const { id } of others) store.remove(id);
    if (others.length > 0) await apply();
  };

  /** One that was for the right hosts and no longer is was put into the wrong place. */
  const assertHosts = (kept: Kept, names: readonly string[]): void => {
    const others = store.all().filter(({ id }) => id !== kept.id);
    const lost = hostsOf(kept.project).find(
      (host) => covers(kept, host) && !covers({ names }, host) && !others.some((other) => covers(other, host)),
    );
    if (lost !== undefined)
      throw new SeaworthyError(
        "INPUT_INVALID",
        `the certificate in ${kept.files.certificate} is no longer one for ${lost}, but for ${names.join(", ")}`,
      );
  };

  const renewed = async (kept: Kept, dryRun: boolean): Promise<Renewal> => {
    const now = clock.now();
    try {
      const read = readCertificate(kept.files, now);
      if (!isNew(kept.project, { files: kept.files, pem: read.pem })) return { ...statusOf(kept, now), outcome: "same" };
      assertHosts(kept, read.names);
      if (!dryRun) await place(kept.project, [{ files: kept.files, pem: read.pem }]);
      return {
        ...statusOf({ ...kept, names: read.names, notBeforeMs: read.notBeforeMs, notAfterMs: read.notAfterMs }, now),
        outcome: "renewed",
      };
    } catch (error) {
      if (!isSeaworthyError(error)) throw error;
      return { ...statusOf(kept, now), outcome: "refused", because: wordsOf(error) };
    }
  };

  return {
    list: () => store.all().map((one) => statusOf(one, clock.now())),
    install: (project, files, options) =>
      files.length === 0 ? Promise.resolve([]) : locked(`change the certificates of ${project}`, () => install(project, files, options)),
    keepOnly: (project, files) => locked(`change the certificates of ${project}`, () => keepOnly(project, files)),
    renew: ({ dryRun = false } = {}) => {
      if (store.all().length === 0) return Promise.resolve([]);
      return locked("renew certificates", async () => {
        const all: Renewal[] = [];
        for (const kept of store.all()) all.push(await renewed(kept, dryRun));
        if (!dryRun && all.every(({ outcome }) => outcome === "same")) await serve();
        return all;
      });
    },
  };
};
