import type { Btf } from './btf.ts';
import { BtfError } from './btf-error.ts';
import { type CWriter, declaration, isEnumeration, tagWord } from './c-declaration.ts';
import { CLayout } from './c-layout.ts';
import { Kind } from './index-types.ts';

const MAX_DEPTH = 512;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Types that compilers know by themselves, and that their own headers may not define again. */
const BUILT_IN: readonly string[] = ['__builtin_va_list'];
/** Numbers of arm64's compilers that clang does not know by these names. */
const ALIASES: Readonly<Record<string, string>> = {
  __Poly8_t: 'unsigned char',
  __Poly16_t: 'unsigned short',
  __Poly64_t: 'unsigned long long',
  __Poly128_t: 'unsigned __int128',
};
const FIRST = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

`;
const LAST = `#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif
`;

/** Fewer bits than a line of the cache has (64 bytes), which is what structures are filled up to. */
const MAX_UNNAMED = 512;
const BYTE = [8, 'unsigned char'] as const;
const UNNAMED = [[64, 'unsigned long long'], [32, 'unsigned int'], [16, 'unsigned short'], BYTE] as const;

/**
 * All types of a kernel as one C header for programs that libbpf fits to other kernels (CO-RE), what people know as vmlinux.h. Of
 * several types with one name the later ones are called NAME___2 and so on, which CO-RE takes for NAME. Throws BtfError.
 */
export function headerText(btf: Btf): string {
  return new HeaderWriter(btf).write();
}

class HeaderWriter implements CWriter {
  readonly btf: Btf;
  readonly #layout: CLayout;
  readonly #lines: string[] = [];
  /** By number of the type. */
  readonly #names = new Map<number, string>();
  /** How often a name has been given: tags and other names do not meet in C. */
  readonly #tags = new Map<string, number>();
  readonly #ordinary = new Map<string, number>();
  /** Definitions that stand there. */
  readonly #done = new Set<number>();
  readonly #typedefs = new Set<number>();
  readonly #open = new Set<number>();

  constructor(btf: Btf) {
    this.btf = btf;
    this.#layout = new CLayout(btf);
  }

  write(): string {
    this.#lines.push(FIRST);
    this.#giveNames();
    for (const [id, { kind }] of this.#nodes()) {
      if (isEnumeration(kind)) this.#enumeration(id);
    }
    for (const [id, { kind }] of this.#nodes()) {
      if (kind !== Kind.ENUM && kind !== Kind.ENUM64) this.#need(id, true, 0);
    }
    this.#lines.push(LAST);
    return this.#lines.join('');
  }

  name(id: number): string {
    return this.#names.get(id) ?? this.btf.node(id).name;
  }

  /** Of a record without a name: enumerations without one are given one, since their values are defined only once. */
  body(id: number, depth: number): string {
    return this.#record(id, depth);
  }

  *#nodes(): Generator<[id: number, node: ReturnType<Btf['node']>]> {
    for (let id = 1; id < this.btf.length; id++) yield [id, this.btf.node(id)];
  }

  /** Tags are declared at once, so that pointers to them may come before what they are. */
  #giveNames(): void {
    for (const [id, { kind, name, to }] of this.#nodes()) {
      const word = tagWord(kind, to);
      if (name === '') continue;
      if (!NAME.test(name)) {
        if (kind === Kind.INT || kind === Kind.FLOAT) continue;
        this.#names.set(id, `__unnamed_${id}`);
      } else if (kind === Kind.TYPEDEF) this.#names.set(id, given(this.#ordinary, name));
      else if (kind === Kind.FWD) this.#names.set(id, name);
      else if (word !== '') this.#names.set(id, given(this.#tags, name));
      if (word === 'struct' || word === 'union') this.#lines.push(`${word} ${this.name(id)};\n`);
      if (kind === Kind.INT && Object.hasOwn(ALIASES, name)) this.#lines.push(`typedef ${ALIASES[name]} ${name};\n`);
    }
    this.#lines.push('\n');
  }

  #enumeration(id: number): void {
    const { to: size, name } = this.btf.node(id);
    const values = this.btf.enumerators(id).map((each) => {
      const suffix = each.value > 0x7fff_ffff_ffff_ffffn ? 'ULL' : each.value > 0x7fff_ffffn ? 'LL' : '';
      return `\t${given(this.#ordinary, each.name)} = ${each.value}${suffix},\n`;
    });
    if (name === '') this.#names.set(id, `__unnamed_${id}`);
    const mode = size === 1 ? ' __attribute__((mode(byte)))' : size === 8 ? ' __attribute__((mode(word)))' : '';
    // An enumeration that is only declared has no values.
    const list = values.length === 0 ? `\t__no_value_${id},\n` : values.join('');
    this.#lines.push(`enum ${this.name(id)} {\n${list}}${mode};\n\n`);
    this.#done.add(id);
  }

  /** Writes what must stand before a type is used: `whole` where it must be known what is in it. */
  #need(id: number, whole: boolean, depth: number): void {
    if (id === 0 || this.#done.has(id)) return;
    if (depth > MAX_DEPTH) throw new BtfError(`type ${id} leads to itself`);
    const { kind, name, to } = this.btf.node(id);
    switch (kind) {
      case Kind.PTR:
        this.#need(to, false, depth + 1);
        break;
      case Kind.CONST:
      case Kind.VOLATILE:
      case Kind.RESTRICT:
      case Kind.TYPE_TAG:
        this.#need(to, whole, depth + 1);
        break;
      case Kind.ARRAY:
        this.#need(this.btf.elements(id).element, true, depth + 1);
        break;
      case Kind.FUNC_PROTO:
        for (const type of [to, ...this.btf.parameters(id)]) this.#need(type, false, depth + 1);
        break;
      case Kind.TYPEDEF:
        this.#typedef(id, name, to, depth);
        if (whole) this.#need(to, true, depth + 1);
        break;
      case Kind.STRUCT:
      case Kind.UNION:
        if (name === '') this.#needMembers(id, depth);
        else if (whole) this.#define(id, depth);
        break;
      default:
        break;
    }
  }

  #needMembers(id: number, depth: number): void {
    for (const { type } of this.btf.members(id)) this.#need(type, true, depth + 1);
  }

  #define(id: number, depth: number): void {
    if (this.#open.has(id)) throw new BtfError(`type ${id} is a part of itself`);
    this.#open.add(id);
    this.#needMembers(id, depth);
    this.#open.delete(id);
    this.#done.add(id);
    this.#lines.push(`${tagWord(this.btf.node(id).kind)} ${this.name(id)} ${this.#record(id, 0)};\n\n`);
  }

  #typedef(id: number, name: string, to: number, depth: number): void {
    if (this.#open.has(id) || BUILT_IN.includes(name)) return;
    if (this.#typedefs.has(id)) return;
    this.#open.add(id);
    this.#need(to, false, depth + 1);
    this.#open.delete(id);
    this.#typedefs.add(id);
    this.#lines.push(`typedef ${declaration(this, to, this.name(id), 0)};\n\n`);
  }

  #record(id: number, depth: number): string {
    const tabs = '\t'.repeat(depth + 1);
    const isUnion = this.btf.node(id).kind === Kind.UNION;
    const lines: string[] = [];
    const unit = this.#layout.alignment(id) * 8;
    let end = 0;
    for (const member of this.btf.members(id)) {
      const { name, type, bitOffset, bits } = member;
      if (!isUnion)
        lines.push(...this.#gap(this.#natural(member, end, this.#layout.isPacked(id)), bitOffset, end, unit, tabs));
      end = bitOffset + (bits === 0 ? this.#layout.size(type) * 8 : bits);
      const text = name === '' ? this.#unnamed(type, depth + 1) : declaration(this, type, name, depth + 1);
      lines.push(`${tabs}${text}${bits === 0 ? '' : `: ${bits}`};\n`);
    }
    const size = this.#layout.size(id) * 8;
    if (isUnion) {
      const natural = this.btf.members(id).reduce((most, { type }) => Math.max(most, this.#layout.size(type) * 8), 0);
      if (Math.ceil(natural / unit) * unit < size) lines.push(`${tabs}char __gap_${id}[${size / 8}];\n`);
    } else if (Math.ceil(end / unit) * unit < size) lines.push(...this.#gap(end, size, end, unit, tabs));
    const packed = this.#layout.isPacked(id) ? ' __attribute__((packed))' : '';
    return `${lines.length === 0 ? '{}' : `{\n${lines.join('')}${'\t'.repeat(depth)}}`}${packed}`;
  }

  /** A member without a name: a record that has one is written out, since only with extensions of C is it a member otherwise. */
  #unnamed(type: number, depth: number): string {
    const word = type === 0 ? '' : tagWord(this.btf.node(type).kind);
    return word === 'struct' || word === 'union'
      ? `${word} ${this.#record(type, depth)}`
      : declaration(this, type, '', depth);
  }

  /** Where a compiler would put a member, bits. */
  #natural({ type, bits }: ReturnType<Btf['members']>[number], end: number, isPacked: boolean): number {
    if (bits === 0) {
      const unit = isPacked ? 8 : this.#layout.alignment(type) * 8;
      return Math.ceil(end / unit) * unit;
    }
    const unit = this.#layout.size(type) * 8;
    const fits = isPacked || Math.floor(end / unit) === Math.floor((end + bits - 1) / unit);
    return fits ? end : Math.ceil(end / unit) * unit;
  }

  /**
   * Nothing where the compiler leaves the gap by itself; else unnamed bits, which are no members: libbpf looks for each member of a
   * struct_ops in the kernel's own types. Gaps as no cache line explains them are bytes. All in bits.
   */
  #gap(natural: number, wanted: number, end: number, unit: number, tabs: string): string[] {
    if (natural === wanted || wanted < end) return [];
    const lines: string[] = [];
    const bits = (word: string, count: number) => lines.push(`${tabs}${word}: ${count};\n`);
    let at = Math.min(wanted, Math.ceil(end / 8) * 8);
    if (at > end) bits('unsigned char', at - end);
    const whole = Math.floor((wanted - at) / 8) * 8;
    if (whole > MAX_UNNAMED) {
      lines.push(`${tabs}char __gap_${at}[${whole / 8}];\n`);
      at += whole;
    }
    while (wanted - at >= 8) {
      const [width, word] = UNNAMED.find(([each]) => each <= unit && at % each === 0 && at + each <= wanted) ?? BYTE;
      bits(word, width);
      at += width;
    }
    if (wanted > at) bits('unsigned char', wanted - at);
    return lines;
  }
}

/** The first one of a name has it as it is. */
function given(names: Map<string, number>, name: string): string {
  const count = (names.get(name) ?? 0) + 1;
  names.set(name, count);
  return count === 1 ? name : `${name}___${count}`;
}
