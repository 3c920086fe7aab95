/** What is known of a register, or of a register that was put on the stack. */
export type Value =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'map'; readonly name: string }
  /** `memory` by a name: of the stack, a map or a reserved record. */
  | { readonly kind: 'pointer'; readonly memory: string; readonly offset: number }
  /** What a program is called with: of a system call's end, the return value is in it. */
  | { readonly kind: 'context' }
  /** What a helper gave, or what was made of it; `high`: shifted up by 32 bits. */
  | { readonly kind: 'data'; readonly name: string; readonly high?: boolean };

export const STACK = 'stack';

/** Helpers whose result has a name of its own (bpf-helpers(7)). */
const RESULTS: Readonly<Record<number, string>> = {
  5: 'ts',
  8: 'cpu',
  14: 'pid_tgid',
  15: 'uid_gid',
  80: 'cgroup_id',
  125: 'ts',
};
/** Of two numbers in one, as helpers give them: the upper and the lower 32 bits. */
const HALVES: Readonly<Record<string, readonly [upper: string, lower: string]>> = {
  pid_tgid: ['pid', 'tid'],
  uid_gid: ['gid', 'uid'],
};

/** `struct trace_event_raw_sys_exit`: where its `ret` is, bytes. */
const RETURN_AT = 16;
export const RETURN = 'ret';

/** What a load of so many bytes from the context of a system call's end gives. */
export function fromContext(offset: number, bytes: number): Value | undefined {
  return offset === RETURN_AT && bytes >= 4 ? { kind: 'data', name: RETURN } : undefined;
}

export function resultOf(helper: number): Value | undefined {
  const name = RESULTS[helper];
  return name === undefined ? undefined : { kind: 'data', name };
}

/** How a number is called of which so many bytes are stored. */
export function storedName(value: Value | undefined, bytes: number): string | undefined {
  if (value?.kind !== 'data' || value.high === true) return undefined;
  return bytes <= 4 ? (HALVES[value.name]?.[1] ?? value.name) : value.name;
}

/** Shifted by 32 bits: how clang takes one half of two numbers in one. */
export function shifted(value: Value | undefined, way: 'up' | 'down'): Value | undefined {
  if (value?.kind !== 'data') return undefined;
  const halves = HALVES[value.name];
  if (way === 'up') return { ...value, high: true };
  if (halves === undefined) return value.high === true ? { kind: 'data', name: value.name } : undefined;
  return { kind: 'data', name: halves[value.high === true ? 1 : 0] };
}
