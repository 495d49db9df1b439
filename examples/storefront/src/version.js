/** What this source is. Kept beside the code, so that a new version is a source-only change and reinstalls nothing. APP_VERSION overrides it at run time. */
export const version = process.env.APP_VERSION || "1.0.0";
