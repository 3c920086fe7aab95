/** A script, or a file that one imports or includes. */
export interface ScriptFile {
  /** How messages call it. */
  readonly name: string;
  readonly source: string;
  /** The same for every way to name the file. */
  readonly id: string;
}

/** Why a file is not there, as a sentence. */
export interface NotFound {
  readonly reason: string;
  readonly hint?: string;
}

/** Finds the files that a script names. */
export interface FileFinder {
  /** What an import names: one file, or all of a folder in order of their names. */
  imported(path: string): readonly ScriptFile[] | NotFound;
  /**
   * A header by what stands between the quotes or angle brackets of `#include`, as the file that includes it sees it.
   * undefined: there is none. Of the kernel's that is as well, since types come from BTF.
   */
  header(name: string, quoted: boolean, from: ScriptFile): ScriptFile | undefined;
}
