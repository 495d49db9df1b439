import { SeaworthyError } from "../../../core/index.ts";
import { imageMatch } from "../vex/image.ts";
import { digestsIn, type ForeignReport } from "./report.ts";

/**
 * What is to be told where a report may be of another image than the one that was asked about: names are not proof, for one image may have several.
 * @throws INPUT_INVALID where a digest was asked about and the report names others only
 */
export const askedOf = (image: string, { scanned: { subject }, tool, image: reported }: ForeignReport, file: string): readonly string[] => {
  const [wanted] = digestsIn([image]);
  if (wanted !== undefined && subject.digests.length > 0 && !subject.digests.includes(wanted))
    throw new SeaworthyError(
      "INPUT_INVALID",
      `${file} is a report of another image: ${wanted} was asked about, and it names ${subject.digests.join(", ")}`,
      {
        hint: "Scan that image, or ask by a name without a digest where the report names the image by its index or its configuration.",
      },
    );
  if (wanted !== undefined)
    return subject.digests.length > 0 ? [] : [`${tool} does not say of which digest its report is: that it is ${wanted} is not known`];
  const answer = imageMatch({ ids: [image], sha256: [] }, subject);
  return answer === undefined || answer === "same"
    ? []
    : [`the report is of ${reported}, and ${image} was asked about: that they are one image is not known`];
};
