/** The places where a crash or a full disk has to be survived. Tests let the process die, or the disk fail, when one is reached. */
export type Point =
  | "upload.opened"
  | "upload.synced"
  | "blob.placed"
  | "blob.stored"
  | "manifest.writing"
  | "manifest.stored"
  | "manifest.deleting"
  | "manifest.deleted"
  | "tag.deleting"
  | "tag.deleted"
  | "undo.writing"
  | "undo.done"
  | "retain.writing"
  | "retain.done"
  | "collect.manifests"
  | "collect.links"
  | "collect.condemned"
  | "collect.unlinking"
  | "collect.unlinked"
  | "collect.forgotten"
  | "collect.orphan"
  | "scrub.moving"
  | "scrub.moved"
  | "scrub.recorded";

export type Reached = (point: Point) => void;
