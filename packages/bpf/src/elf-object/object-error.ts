/** Bytes that are no BPF object as libbpf takes it. The message is a sentence without the file's name. */
export class ObjectError extends Error {
  override readonly name = 'ObjectError';
}
