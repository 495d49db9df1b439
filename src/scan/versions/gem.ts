import { compareDigits, compareText, onceInARow, sign, type VersionScheme } from "./scheme.ts";

const isNumber = (segment: string): boolean => /^\d+$/.test(segment);

/** A dash begins a prerelease, as RubyGems has it; zeros at the end of the release and of the prerelease count for nothing. */
const segmentsOf = (text: string): readonly string[] => {
  const segments =
    text
      .trim()
      .replaceAll("-", ".pre.")
      .match(/\d+|[a-z]+/gi) ?? [];
  const word = segments.findIndex((segment) => !isNumber(segment));
  const parts = word < 0 ? [segments] : [segments.slice(0, word), segments.slice(word)];
  return parts.flatMap((part) => part.slice(0, part.findLastIndex((segment) => !/^0+$/.test(segment)) + 1));
};

const compareSegments = (a: readonly string[], b: readonly string[]): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left = "0", right = "0"] = [a[index], b[index]];
    // A word is a prerelease, and comes before any number.
    if (isNumber(left) !== isNumber(right)) return isNumber(left) ? 1 : -1;
    const order = isNumber(left) ? compareDigits(left, right) : compareText(left, right);
    if (order !== 0) return order;
  }
  return 0;
};

/** A platform behind the version, as lock files write it, is none of it. */
const withoutPlatform = (text: string): string =>
  text
    .trim()
    .replace(
      /-(?:(?:x86|x64|arm|aarch64|universal|java|jruby|mswin|mingw|x86_64|i[3-6]86|ppc|s390|riscv)\S*|(?:linux|darwin|windows)\S*)$/i,
      "",
    );

const read = (text: string): readonly string[] => segmentsOf(withoutPlatform(text));
const first = onceInARow(read);

/** RubyGems (rubygems lib/rubygems/version.rb). */
export const gem: VersionScheme = {
  name: "RubyGems",
  compare: (a, b) => sign(compareSegments(first(a), read(b))),
  isVersion: (text) => /^\d+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(text.trim()),
};
