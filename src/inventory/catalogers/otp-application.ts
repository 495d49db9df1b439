import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Applications of Erlang and Elixir, as a release has them (erlang.org/doc/man/app). */
export const otpApplication: Cataloger = {
  name: "otp-application",
  scope: "installed",
  reads: "*.app of Erlang",
  endings: ["app"],
  isMine: (path) => path.endsWith(".app"),
  maxBytes: MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^\s*\{\s*application\s*,\s*'?(?<name>[\w@]{1,200})'?\s*,[\s\S]{0,4000}?\{\s*vsn\s*,\s*"(?<version>[^"\n]{1,100})"/g,
      "otp",
    ),
  }),
};
