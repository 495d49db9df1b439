import { formatPlace, isSeaworthyError, SeaworthyError, wordsOf } from "../core/index.ts";
import type { CertificatePaths, Origin, Project } from "../project/index.ts";
import { type CertificateFacts, covers, endingIn, readCertificate } from "../proxy/index.ts";

interface Named {
  readonly files: CertificatePaths;
  readonly origin: Origin | undefined;
  /** Hosts that it is there for; `*` stands for any. */
  readonly hosts: readonly string[];
  /** All of them have to have a certificate, or at least one. */
  readonly all: boolean;
}

const named = ({ settings, services, locate }: Project): readonly Named[] => [
  ...settings.proxy.certificates.map((files, index) => ({
    files,
    origin: locate("x-seaworthy", "proxy", "certificates", index),
    hosts: services.flatMap((service) => service.settings.route?.hosts ?? []),
    all: false,
  })),
  ...services.flatMap((service) => {
    const { certificate, hosts = [] } = service.settings.route ?? {};
    if (certificate === undefined) return [];
    return [{ files: certificate, origin: service.locate("x-seaworthy", "route", "tls"), hosts, all: true }];
  }),
];

const words = (origin: Origin | undefined, text: string): string =>
  origin === undefined ? text : `${formatPlace(origin.path, origin.range)}: ${text}`;

const misplaced = ({ files, hosts, all }: Named, facts: CertificateFacts, every: readonly CertificateFacts[]): string | undefined => {
  const wanted = hosts.filter((host) => host !== "*");
  const isFor = `the certificate in ${files.certificate} is one for ${facts.names.join(", ")}`;
  if (wanted.length < hosts.length && wanted.length === 0) return undefined;
  if (!all)
    return hosts.includes("*") || wanted.some((host) => covers(facts, host)) ? undefined : `${isFor}, and no service answers to that`;
  const lacking = wanted.find((host) => !every.some((one) => covers(one, host)));
  return lacking === undefined ? undefined : `${isFor}, and not for ${lacking}`;
};

/**
 * Looks at every certificate that the project names, before anything changes. @returns what a person should know of those that are good
 * @throws INPUT_INVALID with every bad one at its place
 */
export const checkCertificates = (project: Project, now: number): readonly string[] => {
  const problems: string[] = [];
  const read = named(project).flatMap((one) => {
    try {
      return [{ one, facts: readCertificate(one.files, now) }];
    } catch (error) {
      if (!isSeaworthyError(error)) throw error;
      problems.push(words(one.origin, wordsOf(error)));
      return [];
    }
  });
  const every = read.map(({ facts }) => facts);
  // Which hosts lack one can be said only when all are known.
  if (problems.length === 0)
    problems.push(
      ...read.flatMap(({ one, facts }) => {
        const text = misplaced(one, facts, every);
        return text === undefined ? [] : [words(one.origin, text)];
      }),
    );
  if (problems.length > 0)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `${problems.length === 1 ? "a certificate" : `${problems.length} certificates`} cannot serve`,
      {
        problems,
        hint: "Nothing was changed. Put a good pair in its place and run again.",
      },
    );
  return read.flatMap(({ facts }) => endingIn(facts, now) ?? []);
};
