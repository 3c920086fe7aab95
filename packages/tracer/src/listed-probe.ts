/** A probe that could be attached here. */
export interface ListedProbe {
  readonly name: string;
  /** Empty unless they were asked for. */
  readonly arguments: readonly { readonly type: string; readonly name: string }[];
}
