import type { IntegerSize } from './type.ts';

/**
 * Sizes of C types that the kernel pads to a register in `syscalls` tracepoints: there `int dfd` takes 8 bytes and is
 * called unsigned, whatever the type says. Both architectures are LP64.
 */
const sizes: Readonly<Record<string, { readonly size: IntegerSize; readonly signed: boolean }>> = {
  char: { size: 1, signed: false },
  'unsigned char': { size: 1, signed: false },
  u8: { size: 1, signed: false },
  bool: { size: 1, signed: false },
  short: { size: 2, signed: true },
  'unsigned short': { size: 2, signed: false },
  u16: { size: 2, signed: false },
  umode_t: { size: 2, signed: false },
  old_uid_t: { size: 2, signed: false },
  old_gid_t: { size: 2, signed: false },
  int: { size: 4, signed: true },
  s32: { size: 4, signed: true },
  pid_t: { size: 4, signed: true },
  clockid_t: { size: 4, signed: true },
  'const clockid_t': { size: 4, signed: true },
  timer_t: { size: 4, signed: true },
  key_t: { size: 4, signed: true },
  mqd_t: { size: 4, signed: true },
  key_serial_t: { size: 4, signed: true },
  'unsigned int': { size: 4, signed: false },
  unsigned: { size: 4, signed: false },
  uint: { size: 4, signed: false },
  u32: { size: 4, signed: false },
  __u32: { size: 4, signed: false },
  uid_t: { size: 4, signed: false },
  gid_t: { size: 4, signed: false },
  qid_t: { size: 4, signed: false },
  rwf_t: { size: 4, signed: true },
  long: { size: 8, signed: true },
  loff_t: { size: 8, signed: true },
  off_t: { size: 8, signed: true },
  ssize_t: { size: 8, signed: true },
};

/** How a C integer type lies in memory, or undefined for a type not known here. */
export function cInteger(type: string): { readonly size: IntegerSize; readonly signed: boolean } | undefined {
  return Object.hasOwn(sizes, type) ? sizes[type] : undefined;
}
