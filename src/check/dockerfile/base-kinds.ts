import { imageOf } from "../kubernetes/images.ts";

/** `minimal`: holds little but what runs. `full`: holds a whole system of tools as well. `tools`: is for building. `other`: nothing is known of it. */
export type BaseKind = "minimal" | "full" | "tools" | "other";

const MINIMAL_NAME =
  /(?:^|\/)(?:distroless\/|alpine$|busybox$|static$|chainguard\/|wolfi-base$|(?:ubi\d*-)?(?:minimal|micro)$|scratch$)|^cgr\.dev\/|distroless/;
const MINIMAL_TAG = /(?:^|[-_.])(?:slim|alpine|distroless|minimal|micro|tiny|nanoserver|static|noble-chiseled|jammy-chiseled)/;
/** Compilers and build tools: what they make is wanted in the image, not they. */
const TOOLS = /^(?:golang|rust|gcc|maven|gradle|buildpack-deps|haskell|swift|clojure|sbt|erlang|elixir)$/;
/** Languages that come with a small variant and, by default, a large one. */
const LANGUAGES = /^(?:node|python|ruby|php|perl|openjdk|eclipse-temurin|amazoncorretto|pypy|julia|r-base)$/;

/** The name of an official image of Docker Hub; undefined for any other. */
const official = (repository: string): string | undefined => /^(?:docker\.io\/)?(?:library\/)?([a-z0-9-]+)$/.exec(repository)?.[1];

/** What kind of base an image is, by its name. */
export const baseKind = (name: string): BaseKind => {
  const { repository, tag = "" } = imageOf(name);
  const known = official(repository) ?? "";
  if (TOOLS.test(known) || repository.endsWith("/dotnet/sdk") || (LANGUAGES.test(known) && /(?:^|-)(?:jdk|sdk)/.test(tag))) return "tools";
  if (MINIMAL_NAME.test(repository) || MINIMAL_TAG.test(tag)) return "minimal";
  // Java's runtime alone is small enough; with no word in the tag it is the whole development kit.
  if (/^(?:eclipse-temurin|openjdk|amazoncorretto)$/.test(known)) return /jre/.test(tag) ? "other" : "tools";
  return LANGUAGES.test(known) ? "full" : "other";
};
