import type { Suppression } from "../suppression.ts";

const CODE = /^(?:CIS-DI|DKL-DI|DKL-LI)-\d{4}$/i;

const suppressing = (codes: readonly string[], path: string): readonly Suppression[] => {
  const rules = codes.filter((code) => CODE.test(code)).map((code) => `dockle:${code.toUpperCase()}`);
  return rules.length === 0 ? [] : [{ form: "peer", rules, reason: `ignored in ${path}`, files: "**", path }];
};

/** dockle's own ignores: `DOCKLE_IGNORES`, separated by commas, and the lines of `.dockleignore`. They hold for images alone. */
export const dockleIgnores = ({
  environment = "",
  file = "",
}: {
  readonly environment?: string | undefined;
  readonly file?: string | undefined;
}): readonly Suppression[] => [
  ...suppressing(
    environment.split(",").map((code) => code.trim()),
    "DOCKLE_IGNORES",
  ),
  ...suppressing(
    file.split("\n").map((line) => line.replace(/#.*/, "").trim()),
    ".dockleignore",
  ),
];
