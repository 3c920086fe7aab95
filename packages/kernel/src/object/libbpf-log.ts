import { getLibbpf } from '../ffi/libbpf.ts';
import { getLibc, type Pointer } from '../ffi/libc.ts';
import { koffi } from '../ffi/native.ts';

/** `enum libbpf_print_level`: the rest is for those who debug libbpf. */
const WARN = 0;
const MAX_BYTES = 16 * 1024 * 1024;
/**
 * Bytes of a va_list: 24 on x86-64, 32 on arm64. On both, a function that is given one gets its address in a register
 * (System V ABI 3.5.7; AAPCS64 6.8.2, where a structure of this size goes by reference).
 */
const VA_LIST_SIZE = 32;

/** What libbpf warns of while `work` runs, a message an element. libbpf has one print function for the process. */
export function withLibbpfLog<T>(work: (messages: readonly string[]) => T): T {
  const messages: string[] = [];
  const { proto, pointer, register, unregister } = koffi();
  const print = register(
    (level: number, format: Pointer, list: Pointer) => {
      if (level === WARN) messages.push(textOf(format, list));
      return 0;
    },
    pointer(proto('int', ['int', 'void *', 'void *'])),
  );
  const libbpf = getLibbpf();
  libbpf.libbpf_set_print(print);
  try {
    return work(messages);
  } finally {
    libbpf.libbpf_set_print(null);
    unregister(print);
  }
}

function textOf(format: Pointer, list: Pointer): string {
  const { vsnprintf } = getLibc();
  const copy = () => Buffer.from(koffi().view(list, VA_LIST_SIZE).slice(0));
  const length = Math.min(vsnprintf(null, 0, format, copy()), MAX_BYTES);
  const text = Buffer.alloc(Math.max(0, length) + 1);
  vsnprintf(text, text.length, format, copy());
  return text.toString('utf8', 0, text.length - 1);
}
