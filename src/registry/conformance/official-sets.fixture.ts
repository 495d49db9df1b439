import { randomBytes } from "node:crypto";
import { MEDIA } from "../../image/index.ts";
import { ARTIFACT, type DataSet, dataSet, EXAMPLE_1, EXAMPLE_2 } from "./official-data.fixture.ts";
import { describeBytes } from "./suite.fixture.ts";

const HELLO = { "org.opencontainers.conformance": "hello conformance test" };
/** By the names of the official suite, in its order. */
export const SETS: readonly (readonly [name: string, make: (name: string) => DataSet])[] = [
  [
    "Image",
    (name) => {
      const { set, image } = dataSet(name);
      image({ tag: "image" });
      return set;
    },
  ],
  [
    "Image Uncompressed",
    (name) => {
      const { set, image } = dataSet(name);
      image({ tag: "image-uncompressed", uncompressed: true });
      return set;
    },
  ],
  [
    "Image with Large Manifest",
    (name) => {
      const { set, image } = dataSet(name);
      image({
        tag: "large-manifest",
        annotations: Object.fromEntries(Array.from({ length: 390 }, (_, at) => [`large-annotation-${at}`, "A".repeat(10_000)])),
      });
      return set;
    },
  ],
  [
    "Index",
    (name) => {
      const { set, index } = dataSet(name);
      index({ tag: "index" });
      return set;
    },
  ],
  [
    "Nested Index",
    (name) => {
      const { set, index, indexOf } = dataSet(name);
      indexOf([index(), index()], { tag: "index-of-index" });
      return set;
    },
  ],
  [
    "Empty Index",
    (name) => {
      const { set, index } = dataSet(name);
      index({ tag: "index" }, []);
      return set;
    },
  ],
  [
    "Artifact",
    (name) => {
      const { set, image } = dataSet(name);
      image({ ...ARTIFACT, tag: "artifact" });
      return set;
    },
  ],
  [
    "Artifact Index",
    (name) => {
      const { set, index } = dataSet(name);
      index({ ...ARTIFACT, tag: "artifact-index" });
      return set;
    },
  ],
  [
    "Artifact without Layers",
    (name) => {
      const { set, image } = dataSet(name);
      image({ ...ARTIFACT, layerType: MEDIA.ociEmpty, layerBytes: Buffer.from("{}"), tag: "artifact-without-layers" });
      return set;
    },
  ],
  [
    "Artifacts with Subject",
    (name) => {
      const { set, image } = dataSet(name);
      const subject = image({ tag: "image" });
      image({ subject });
      image({ ...ARTIFACT, annotations: HELLO, subject, tag: "tagged-artifact1" });
      image({
        ...ARTIFACT,
        artifactType: EXAMPLE_2,
        layerType: "application/octet-stream",
        annotations: HELLO,
        subject,
        tag: "tagged-artifact2",
      });
      return set;
    },
  ],
  [
    "Index with Subject",
    (name) => {
      const { set, index } = dataSet(name);
      index({ ...ARTIFACT, annotations: HELLO, subject: index({ tag: "index" }), tag: "tagged-artifact" });
      return set;
    },
  ],
  [
    "Missing Subject",
    (name) => {
      const { set, image } = dataSet(name);
      image({ ...ARTIFACT, annotations: HELLO, subject: describeBytes(MEDIA.ociManifest, "missing content"), tag: "tagged-artifact" });
      return set;
    },
  ],
  [
    "Data Field",
    (name) => {
      const { set, image } = dataSet(name);
      image({ tag: "data-field", embed: true });
      return set;
    },
  ],
  [
    "Non-distributable Layers",
    (name) => {
      const { set, blob, manifestOf } = dataSet(name);
      const absent = ["tar+gzip", "tar"].map((kind, at) => {
        const entry = describeBytes(`application/vnd.oci.image.layer.nondistributable.v1.${kind}`, randomBytes(256));
        return { ...entry, size: 123_456 + at, urls: [`https://store.example.com/blobs/${entry.digest}`] };
      });
      const layers = [...absent, blob(MEDIA.ociLayerGzip, randomBytes(100))];
      manifestOf({ config: blob(MEDIA.ociConfig, Buffer.from('{"os":"linux"}')), layers }, { tag: "non-distributable-image" });
      return set;
    },
  ],
  [
    "Custom Fields",
    (name) => {
      const { set, index } = dataSet(name);
      index({ tag: "custom-fields", custom: true });
      return set;
    },
  ],
  [
    "No Layers",
    (name) => {
      const { set, image } = dataSet(name);
      image({ tag: "no-layers", layers: 0 });
      return set;
    },
  ],
  [
    "Digest Algorithm sha512",
    (name) => {
      const { set, index } = dataSet(name, "sha512");
      index();
      return set;
    },
  ],
  [
    "Tag Param",
    (name) => {
      const { set, index, tagAll } = dataSet(name, "sha256", true);
      index({ tag: "tag-param-sha256" });
      tagAll("tag-param-sha256");
      return set;
    },
  ],
  [
    "Tag Param sha512",
    (name) => {
      const { set, index, tagAll } = dataSet(name, "sha512", true);
      index({ tag: "tag-param-sha512" });
      tagAll("tag-param-sha512");
      return set;
    },
  ],
  [
    "Artifacts of sha512 with Subject",
    (name) => {
      const { set, image } = dataSet(name, "sha512", true);
      const subject = image({ tag: "image" });
      image({ ...ARTIFACT, artifactType: EXAMPLE_1, annotations: HELLO, subject, tag: "artifact" });
      return set;
    },
  ],
];
