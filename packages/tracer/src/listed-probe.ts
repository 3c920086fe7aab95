/** A probe that could be attached here. */
export interface ListedProbe {
  readonly name: string;
  /** Empty unless they were asked for. */
  readonly arguments: readonly { readonly type: string; readonly name: string }[];
}

/** Nothing tells of the arguments of this program's functions. */
export interface NoDebugInfo {
  readonly program: string;
}

/** A name, and how to find its arguments when they are asked for. */
export interface ProbeCandidate {
  readonly name: string;
  /** Asked of what matches; absent: it does. */
  readonly exists?: () => boolean;
  readonly arguments?: () => ListedProbe['arguments'] | NoDebugInfo;
}
