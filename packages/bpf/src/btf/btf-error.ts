/** The bytes are no BTF, or point outside themselves. */
export class BtfError extends Error {
  override readonly name = 'BtfError';
  readonly code = 'invalid-btf';
}
