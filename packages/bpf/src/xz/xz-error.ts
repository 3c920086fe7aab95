/** Bytes that are no .xz stream, or one that is damaged, too large or made in a way that is not read here. */
export class XzError extends Error {
  override readonly name = 'XzError';
}
