import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Providers that Terraform has locked (developer.hashicorp.com/terraform/language/files/dependency-lock). */
export const terraformLock: Cataloger = {
  name: "terraform-lock",
  scope: "declared",
  reads: ".terraform.lock.hcl",
  endings: ["hcl"],
  isMine: (path) => /(?:^|\/)\.terraform\.lock\.hcl$/.test(path),
  maxBytes: 4 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^provider\s+"(?<name>[^"\n]{1,300})"\s*\{\s*version\s*=\s*"(?<version>[^"\n]{1,100})"/gm,
      "terraform",
    ),
  }),
};
