import { keptFindingWords, type Rescan } from "../../ship/index.ts";

type Round = Pick<Rescan, "scanned" | "unread" | "problem">;

/** Whether whoever had this run is to look: at what could not be scanned, was let through before and is refused now, or is refused at the first look. */
export const needsLook = ({ scanned, unread, problem }: Round): boolean =>
  problem !== undefined || unread.length > 0 || scanned.some(({ turned, first, scan }) => turned || (first && !scan.passed));

const verdictWords = ({ scan, turned, first, fresh }: Rescan["scanned"][number]): string => {
  const verdict = scan.passed ? "passed" : scan.unjudged ? "nothing could be judged" : "refused";
  return `${verdict}${turned ? " now, and was let through before" : ""}${first ? ", scanned for the first time" : `, ${fresh.length} newly known`}`;
};

/** A round in words: each image, and what is newly known of it. */
export const rescanWords = ({ scanned, unread, problem }: Round): string => {
  if (problem !== undefined) return `nothing was scanned: ${problem}`;
  if (scanned.length === 0 && unread.length === 0) return "nothing is due";
  return [
    ...scanned.flatMap((one) => [
      `${one.project}/${one.service}  ${verdictWords(one)}`,
      ...(one.first ? [] : one.fresh.map((each) => `  ${keptFindingWords(each)}`)),
    ]),
    ...unread.map(({ project, service, because }) => `${project}/${service}  not scanned: ${because}`),
  ].join("\n");
};
