import { formatPlace, readTextFile, SeaworthyError, wordsOf } from "../core/index.ts";
import type { Service } from "../project/index.ts";
import { MAX_PAGE_BYTES, type MaintenancePage } from "../proxy/index.ts";

/** The page goes with the release, so that going back brings it back. @throws INPUT_INVALID with its place */
export const maintenanceOf = (service: Service): { readonly maintenance?: MaintenancePage } => {
  const { maintenance } = service.settings;
  if (maintenance === undefined) return {};
  const { page, ...rest } = maintenance;
  if (page === undefined) return { maintenance: rest };
  const origin = service.locate("x-seaworthy", "maintenance", "page");
  const refuse = (why: string, cause?: unknown): SeaworthyError =>
    new SeaworthyError(
      "INPUT_INVALID",
      `${origin === undefined ? service.name : formatPlace(origin.path, origin.range)}: x-seaworthy.maintenance.page: ${why}`,
      { cause },
    );
  let html: string;
  try {
    html = readTextFile(page);
  } catch (error) {
    throw refuse(wordsOf(error), error);
  }
  const size = Buffer.byteLength(html);
  if (size > MAX_PAGE_BYTES) throw refuse(`${page} has ${size} bytes, and HAProxy answers with at most ${MAX_PAGE_BYTES}`);
  return { maintenance: { ...rest, html } };
};
