import { ALWAYS, type Control, type Watched } from "./control.ts";

const when = (input: string, onWhen: "true" | "false" | "filled" | readonly string[], unset: "on" | "off"): Control => ({
  input,
  onWhen,
  unset,
});

/** Actions that restore files from the cache of the repository, which any of its branches may have filled. */
export const CACHING: readonly Watched[] = [
  { action: "actions/cache", control: when("lookup-only", "false", "on") },
  { action: "actions/cache/restore", control: when("lookup-only", "false", "on") },
  { action: "actions/setup-java", control: when("cache", "filled", "off") },
  // Before version 4 it had to be asked for.
  {
    action: "actions/setup-go",
    control: { any: [when("cache", "true", "off"), { all: [{ from: [4, 0, 0] }, when("cache", "true", "on")] }] },
  },
  {
    action: "actions/setup-node",
    // Only from version 5 on does it cache unasked, going by package.json.
    control: {
      any: [when("cache", ["npm", "yarn", "pnpm"], "off"), { all: [{ from: [5, 0, 0] }, when("package-manager-cache", "true", "on")] }],
    },
  },
  { action: "actions/setup-python", control: when("cache", "filled", "off") },
  { action: "actions/setup-dotnet", control: when("cache", "true", "off") },
  // From version 10 on the default leaves releases alone.
  {
    action: "astral-sh/setup-uv",
    control: { any: [when("enable-cache", ["true"], "off"), { all: [{ olderThan: [10, 0, 0] }, when("enable-cache", "true", "on")] }] },
  },
  { action: "swatinem/rust-cache", control: when("lookup-only", "false", "on") },
  { action: "ruby/setup-ruby", control: when("bundler-cache", "true", "off") },
  { action: "pyo3/maturin-action", control: when("sccache", "true", "off") },
  { action: "mlugg/setup-zig", control: when("use-cache", "true", "on") },
  { action: "oven-sh/setup-bun", control: when("no-cache", "false", "on") },
  { action: "determinatesystems/magic-nix-cache-action", control: when("use-gha-cache", "true", "on") },
  { action: "graalvm/setup-graalvm", control: when("cache", "filled", "off") },
  { action: "gradle/actions/setup-gradle", control: when("cache-disabled", "false", "on") },
  { action: "docker/setup-buildx-action", control: { all: [when("cache-binary", "true", "on"), when("version", "filled", "off")] } },
  { action: "actions-rust-lang/setup-rust-toolchain", control: when("cache", "true", "on") },
  { action: "jdx/mise-action", control: when("cache", "true", "on") },
  { action: "ramsey/composer-install", control: { input: "ignore-cache", offWhen: ["yes", "true", "1"], unset: "on" } },
  { action: "mozilla-actions/sccache-action", control: ALWAYS },
  { action: "nix-community/cache-nix-action", control: ALWAYS },
  { action: "awalsh128/cache-apt-pkgs-action", control: ALWAYS },
];

/** Actions that hand out what a job made. */
export const PUBLISHING: readonly Watched[] = [
  "pypa/gh-action-pypi-publish",
  "rubygems/release-gem",
  "jreleaser/release-action",
  "goreleaser/goreleaser-action",
  "softprops/action-gh-release",
  "release-drafter/release-drafter",
  "googleapis/release-please-action",
  "redhat-actions/push-to-registry",
  "aws-actions/amazon-ecs-deploy-task-definition",
  "aws-actions/aws-cloudformation-github-deploy",
  "azure/aci-deploy",
  "azure/container-apps-deploy-action",
  "azure/functions-action",
  "azure/sql-action",
  "cloudflare/wrangler-action",
  "google-github-actions/deploy-appengine",
  "google-github-actions/deploy-cloudrun",
  "google-github-actions/deploy-cloud-functions",
]
  .map((action): Watched => ({ action, control: ALWAYS }))
  // Without `push` it may still push, by its outputs.
  .concat({ action: "docker/build-push-action", control: when("push", "true", "on") });
