import type { ImageSource } from "../../image/index.ts";

/** Something out in the world that has repositories with tags. */
export interface ImportSource {
  /** For messages. */
  readonly where: string;
  repositories(): Promise<readonly string[]>;
  tags(repository: string): Promise<readonly string[]>;
  /** @throws IMAGE_NOT_FOUND, REGISTRY_REFUSED when its bytes are others than its digest says */
  open(repository: string, tag: string): Promise<ImageSource>;
  close(): void;
}
