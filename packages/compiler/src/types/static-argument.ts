import type { IntegerSize } from './type.ts';

/** Where an argument of a static probe is. Offsets of registers in the program's context, bytes. */
export type StaticArgument = { readonly size: IntegerSize; readonly signed: boolean } & (
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'register'; readonly offset: number }
  /** In memory at `base + displacement + index * scale`. */
  | {
      readonly kind: 'memory';
      readonly base: number;
      readonly displacement: bigint;
      readonly index?: { readonly offset: number; readonly scale: number };
    }
);

/** Registers of x86-64 in `struct pt_regs`, by the two letters that all their parts have: `rax`, `eax`, `ax`, `al`. */
const x86: Readonly<Record<string, number>> = {
  ...{ ax: 80, bx: 40, cx: 88, dx: 96 },
  ...{ si: 104, di: 112, bp: 32, sp: 152 },
};
/** r8 to r15. */
const x86Numbered: readonly number[] = [72, 64, 56, 48, 24, 16, 8, 0];

const integerSizes: readonly number[] = [1, 2, 4, 8];

/** The arguments of a note, each by itself; the blanks in arm64's `[sp, 8]` do not part them. */
export function splitArguments(text: string): string[] {
  return text.match(/-?\d+f?@(?:\[[^\]]*\]|\S+)/g) ?? [];
}

/**
 * Parses `8@%rdi`, `-4@-8(%rbp,%rax,4)`, `4@$5` of x86-64, and `8@x0`, `-4@[sp, 12]`, `4@5` of arm64. undefined for
 * what cannot be read: floating point, registers of vectors, places relative to a symbol. Format: SystemTap's wiki.
 */
export function parseArgument(arch: 'x86-64' | 'arm64', text: string): StaticArgument | undefined {
  const [, sign, digits = '', place = ''] = /^(-?)(\d+)@(.*)$/.exec(text.trim()) ?? [];
  const size = Number(digits);
  if (!integerSizes.includes(size)) return undefined;
  const found = arch === 'x86-64' ? x86Place(place) : armPlace(place);
  return found === undefined ? undefined : { size: size as IntegerSize, signed: sign === '-', ...found };
}

type Found = StaticArgument extends infer A ? (A extends unknown ? Omit<A, 'size' | 'signed'> : never) : never;

function x86Place(place: string): Found | undefined {
  if (/^\$-?(0x[\da-f]+|\d+)$/i.test(place)) return { kind: 'constant', value: number(place.slice(1)) };
  if (place.startsWith('%')) {
    const offset = x86Register(place.slice(1));
    return offset === undefined ? undefined : { kind: 'register', offset };
  }
  const match = /^(-?(?:0x[\da-f]+|\d+))?\(%(\w+)(?:,%(\w+)(?:,([1248]))?)?\)$/i.exec(place);
  if (match === null) return undefined;
  const [, displacement = '0', baseName = '', indexName, scale = '1'] = match;
  const base = x86Register(baseName);
  const index = indexName === undefined ? undefined : x86Register(indexName);
  if (base === undefined || (indexName !== undefined && index === undefined)) return undefined;
  const at = { kind: 'memory', base, displacement: number(displacement) } as const;
  return index === undefined ? at : { ...at, index: { offset: index, scale: Number(scale) } };
}

function x86Register(name: string): number | undefined {
  const numbered = /^r(\d+)[dwb]?$/.exec(name)?.[1];
  if (numbered !== undefined) return x86Numbered[Number(numbered) - 8];
  const [, letters = '', low] = /^[re]?([abcd]x|[sd]i|[bs]p)(l?)$/.exec(name) ?? [];
  const pair = /^[abcd]l$/.test(name) ? `${name[0]}x` : low === 'l' && letters.endsWith('x') ? '' : letters;
  return Object.hasOwn(x86, pair) ? x86[pair] : undefined;
}

function armPlace(place: string): Found | undefined {
  if (/^-?\d+$/.test(place)) return { kind: 'constant', value: number(place) };
  if (!place.startsWith('[')) {
    const offset = armRegister(place);
    return offset === undefined ? undefined : { kind: 'register', offset };
  }
  const [, baseName = '', second] = /^\[\s*(\w+)\s*(?:,\s*(-?\w+)\s*)?\]$/.exec(place) ?? [];
  const base = armRegister(baseName);
  if (base === undefined) return undefined;
  if (second === undefined || /^-?\d+$/.test(second)) {
    return { kind: 'memory', base, displacement: number(second ?? '0') };
  }
  const index = armRegister(second);
  return index === undefined
    ? undefined
    : { kind: 'memory', base, displacement: 0n, index: { offset: index, scale: 1 } };
}

/** `struct user_pt_regs`: x0 to x30, then the stack pointer. */
function armRegister(name: string): number | undefined {
  if (name === 'sp') return 248;
  const digits = /^[xw](\d+)$/.exec(name)?.[1];
  return digits !== undefined && Number(digits) <= 30 ? Number(digits) * 8 : undefined;
}

function number(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
