/** JSON with commas in front of closing brackets, and comments, as the JSON that `JSON.parse` reads (bun.com/docs/install/lockfile). */
export const withoutExtras = (text: string): string =>
  // Texts are matched first, so that nothing within them is taken for a comma or a comment.
  // What has no end goes to the text's, so that it is looked for once.
  text.replaceAll(
    /("(?:[^"\\]|\\[^]?)*(?:"|$))|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|,(?=\s*[}\]])/g,
    (_all, kept: string | undefined) => kept ?? "",
  );
