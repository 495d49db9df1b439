import { hasSwift, startSwift, type Swift } from "./swift.ts";

/**
 * A real S3 storage to test against: the one that the environment names (`SEAWORTHY_S3_ENDPOINT`, `_BUCKET`, `_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY`), whose
 * bucket is made when it is not there and keeps what the tests put into it; else Swift, when it can be had.
 */
const named = (): Swift | undefined => {
  const endpoint = process.env["SEAWORTHY_S3_ENDPOINT"];
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    bucket: process.env["SEAWORTHY_S3_BUCKET"] ?? "images",
    accessKeyId: process.env["SEAWORTHY_S3_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: process.env["SEAWORTHY_S3_SECRET_ACCESS_KEY"] ?? "",
    [Symbol.asyncDispose]: async () => undefined,
  };
};

export const isS3Named = (): boolean => named() !== undefined;

export const hasS3 = (): boolean => isS3Named() || hasSwift();

export const startS3 = async (): Promise<Swift> => named() ?? (await startSwift());
