/** A version of what a module of the Enterprise Linux family brings: `1:18.14.2-2.module_el8.7.0+3501+f2f4f6a5`, `3.3.1-2.module+el9.4.0+20787+4c237fd3`. */
const OF_MODULE = /\.module[+_]/;

/** `nodejs:18` in "Important: nodejs:18 security update". */
const STREAM = /(?:^|\s)([a-z0-9][\w.+-]*):([\w.+-]+)(?=\s|$)/gi;

/**
 * Whether an advisory is about another stream of a module than the installed package is of, or about a module where the package is of none: their versions are
 * ordered by themselves, and a lower one is not an older one (docs.fedoraproject.org/en-US/modularity, "Module streams").
 * @param module as the package's label says: name and stream, `nodejs:18`
 * @param summary of the advisory, which names the stream where its records do not
 */
export const isOtherStream = (
  installed: { readonly version: string; readonly module?: string },
  { fixed, summary }: { readonly fixed: string | undefined; readonly summary: string },
): boolean => {
  if (fixed === undefined) return false;
  if (OF_MODULE.test(fixed) !== OF_MODULE.test(installed.version)) return true;
  if (installed.module === undefined) return false;
  const [name, stream] = installed.module.split(":");
  const named = [...summary.matchAll(STREAM)].filter((match) => match[1] === name);
  return named.length > 0 && named.every((match) => match[2] !== stream);
};
