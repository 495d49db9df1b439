import { labelFormRule } from "../../dockerfile/labels.ts";

import { isLicenceExpression } from "../../dockerfile/spdx.ts";

const isRight = isLicenceExpression;

export const labelLicence = labelFormRule({
  id: "dockerfile/label-licence",
  aliases: ["hadolint:DL3054"],
  form: "spdx",
  called: "an SPDX licence expression",
  isRight,
  good: "Apache-2.0",
  summary: "A label that holds a licence holds SPDX identifiers.",
  why: "Tools that gather licences know these names only: another one counts as unknown, and the image is held back or waved through.",
  source: "https://spdx.org/licenses/",
});
