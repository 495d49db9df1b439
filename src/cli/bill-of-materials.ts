/** The documents that tell others what is in an image: loaded by those who ask for one. */
export { cyclonedx, spdx } from "../inventory/index.ts";
