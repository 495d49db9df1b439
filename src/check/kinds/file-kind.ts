import type { Range, SourceText } from "../../core/index.ts";
import type { Problem } from "../../source/index.ts";
import type { RuleSettings } from "../../project/index.ts";
import type { KnownBases } from "../base-images.ts";
import type { Severities } from "../severities.ts";
import type { FileRuleKind, Subjects } from "../subject.ts";
import type { Suppression } from "../suppression.ts";

/** Something that was not judged, and how it can be: shown as a finding worth knowing. */
export interface Remark {
  readonly path: string;
  readonly range?: Range;
  readonly message: string;
  readonly advice: string;
}

/** What came of reading files of one kind. */
export interface ReadFiles<K extends FileRuleKind> {
  /** May be made one by one, as each is judged: an evaluated file takes much memory. */
  readonly subjects: Iterable<Subjects[K]>;
  /** What could not be read, and why: shown as findings of the file, which does not stop the others. */
  readonly problems: readonly Problem[];
  readonly remarks?: readonly Remark[];
  readonly suppressions: readonly Suppression[];
  /** What the files themselves say of how serious findings are. */
  readonly severities?: Severities;
}

/** How the files of a kind are recognised and read. One frozen object a kind. */
export interface FileKind<K extends FileRuleKind = FileRuleKind> {
  readonly kind: K;
  /** Whether the path alone, with `/` between folders, is worth opening. */
  readonly mayBe: (path: string) => boolean;
  /** Whether a file that may be one is. */
  readonly is: (source: SourceText) => boolean;
  /** Reads all files of the kind at once, each parsed once: what one says may depend on another. Never throws for what a file holds. */
  readonly read: (sources: readonly SourceText[], settings: RuleSettings, bases?: KnownBases) => ReadFiles<K>;
  /** What a text without a name is taken to be called: examples, standard input. */
  readonly defaultPath: string;
}

export type AnyFileKind = { readonly [K in FileRuleKind]: FileKind<K> }[FileRuleKind];
