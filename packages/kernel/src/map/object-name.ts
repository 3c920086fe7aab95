/** A name that the kernel accepts for a map or program: at most 15 of `[A-Za-z0-9_.]` (BPF_OBJ_NAME_LEN). */
export function objectName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.]/g, '_').slice(0, 15);
}
