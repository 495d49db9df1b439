/** An image's name as written, in its parts; what cannot be a name has an empty repository. */
export interface ImageName {
  /** Without tag and digest. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export const imageOf = (written: string): ImageName => {
  const [name = "", digest] = written.trim().split("@", 2);
  const colon = name.lastIndexOf(":");
  const tagged = colon > name.lastIndexOf("/");
  return {
    repository: tagged ? name.slice(0, colon) : name,
    ...(tagged && colon < name.length - 1 ? { tag: name.slice(colon + 1) } : {}),
    ...(digest === undefined || digest === "" ? {} : { digest }),
  };
};

/** No tag, or `latest`, and no digest: another image tomorrow. */
export const isMoving = ({ tag, digest }: ImageName): boolean => digest === undefined && (tag === undefined || tag === "latest");

/** The registry a name is pulled from; `docker.io` when it names none (distribution/reference). */
export const registryOf = ({ repository }: ImageName): string => {
  const slash = repository.indexOf("/");
  const first = slash < 0 ? "" : repository.slice(0, slash);
  return first.includes(".") || first.includes(":") || first === "localhost" ? first : "docker.io";
};
