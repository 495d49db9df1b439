/** The version of this tool. script/release keeps it equal to package.json; a test compares the two. */
export const VERSION = "0.1.0";
