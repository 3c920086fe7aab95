import { decode } from '../../asm/decode.ts';
import { mapReferences } from '../../elf/code-references.ts';
import type { ObjectSection } from '../../elf/object-section.ts';
import { type SentRecord, StoreScan } from './scan-stores.ts';
import type { Store } from './stored-memory.ts';

/** A record as its fields' declarations, as a manifest's `layout` has them. */
export interface StoredLayout {
  readonly fields: readonly string[];
  /** Bytes. */
  readonly size: number;
}

/** `SHF_EXECINSTR` (elf(5)). */
const EXECUTABLE = 4;
const SYSCALL_END = /^(?:tracepoint|tp)\/syscalls\/sys_exit_/;
/** Fewer are no structure that is worth to be shown so. */
const MIN_STORES = 2;
/** Largest record; and longest array of bytes that is shown as one (record-layout.ts). */
const MAX_RECORD = 65_536;
const MAX_BYTES = 512;

/**
 * The records of an object's ring and perf buffers, by the buffers' names, as its instructions fill them: numbers by their sizes, texts,
 * with names where it is known what was stored, `at24` else. Of stripped objects that is all there is. `sections` as `readObject`
 * gives them. Throws ElfError.
 */
export function storedLayouts(sections: readonly ObjectSection[]): ReadonlyMap<string, StoredLayout> {
  const scan = new StoreScan();
  for (const [index, { name, flags, bytes }] of sections.entries()) {
    if ((Number(flags) & EXECUTABLE) === 0 || bytes.length === 0) continue;
    scan.section(decode(bytes) ?? [], mapReferences(sections, index), SYSCALL_END.test(name));
  }
  const best = new Map<string, SentRecord>();
  for (const sent of scan.finish()) {
    const known = best.get(sent.map);
    const isBetter = known === undefined || sent.size > known.size || sent.stores.length > known.stores.length;
    if (isBetter && sent.size <= MAX_RECORD && sent.stores.length >= MIN_STORES) best.set(sent.map, sent);
  }
  return new Map([...best].map(([map, { size, stores }]) => [map, { size, fields: declarations(stores, size) }]));
}

/** Between stores: what the next one's alignment does not explain is there, and was filled in a way that nobody saw. */
function declarations(stores: readonly Store[], size: number): string[] {
  const fields: string[] = [];
  const names = new Set<string>();
  let end = 0;
  const gap = (to: number, alignment: number) => {
    const begins = Math.ceil(end / alignment) * alignment;
    for (let at = end; begins < to && at < to; at += MAX_BYTES) {
      fields.push(`u8 at${at}[${Math.min(MAX_BYTES, to - at)}]`);
    }
  };
  for (const { offset, size: bytes, kind, name, signed } of stores) {
    gap(offset, kind === 'number' ? bytes : 1);
    // A number that lies askew, as packed structures have them, is its bytes.
    const isAligned = offset % bytes === 0;
    const called = name === undefined || names.has(name) ? `at${offset}` : name;
    names.add(called);
    if (kind === 'number' && isAligned) fields.push(`${signed === true ? 's' : 'u'}${bytes * 8} ${called}`);
    else if (kind === 'text') fields.push(`char ${called}[${bytes}]`);
    else fields.push(`u8 ${called}[${Math.min(bytes, MAX_BYTES)}]`);
    end = offset + bytes;
  }
  gap(size, 8);
  return fields;
}
