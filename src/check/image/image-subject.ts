import type { Digest, ImageRunConfig, Platform } from "../../core/index.ts";
import type { Flaw, HistoryEntry } from "../../image/index.ts";
import type { RuleSettings } from "../../project/index.ts";
import type { ServiceSubject } from "../subject.ts";
import type { ImageFile } from "./file-note.ts";

/** What is known of a service's built or pulled image, or of one that is judged by itself. */
export interface ImageFacts {
  /** The manifest for its platform: the subject of evidence. */
  readonly digest: Digest;
  readonly platform: Platform;
  /** Unpacked, as the engine counts it. */
  readonly sizeBytes: number;
  readonly config: ImageRunConfig;
  /** Digests of the unpacked layers, base first. */
  readonly layers: readonly Digest[];
  /** How it was made, as its configuration tells; absent where that was not read. */
  readonly history?: readonly HistoryEntry[];
  /** What is missing in it, or is not as its own documents say; absent where it was not read with its layers. */
  readonly flaws?: readonly Flaw[];
  /** What its layers hold that is worth a look; absent where they were not read. */
  readonly files?: readonly ImageFile[];
}

/** An image by itself. */
export interface LoneImage {
  /** As the user named it. */
  readonly name: string;
  readonly image: ImageFacts;
  /** The reference or tag it is known under, where there is one. */
  readonly reference?: string;
  readonly settings: RuleSettings;
  readonly service?: undefined;
}

/** An image together with the service that runs it. */
export interface ServiceImage extends ServiceSubject {
  /** The service's. */
  readonly name: string;
  readonly image: ImageFacts;
}

export type ImageSubject = LoneImage | ServiceImage;

/** A place in an image: a file in one of its layers, or a step of its history, counted from 1. */
export type ImageSpot = { readonly file: string; readonly layer: Digest } | { readonly step: number };

export const isImageSpot = (at: object): at is ImageSpot => "file" in at || "step" in at;

/** The place of a file that was seen. */
export const spotOf = ({ header, layer }: ImageFile): ImageSpot => ({ file: `/${header.path}`, layer });

/** What its layers show, for rules that look at files; why they cannot otherwise. */
export const filesKnown = ({ name, image }: ImageSubject): true | string =>
  image.files === undefined ? `the layers of ${name}'s image were not read` : true;
