import type { CType } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import { fittingRecord } from './fitting-record.ts';
import type { ObjectTypes } from './object-types.ts';

type Width = 4 | 8 | 'comm';
const bytes = (width: Width) => (width === 'comm' ? 16 : width);

/** Structures by their fields, at multiples of 4 in their order. */
function typesOf(structures: Readonly<Record<string, readonly Width[]>>): ObjectTypes {
  const names = Object.keys(structures);
  const fieldsOf = (id: number) => structures[names[id - 100] ?? ''] ?? [];
  const sizeOf = (widths: readonly Width[]) => widths.reduce<number>((sum, width) => sum + bytes(width), 0);
  const types = {
    resolve: (id: number): CType => {
      if (id >= 100) return { kind: 'record', id, name: names[id - 100] ?? '', size: sizeOf(fieldsOf(id)) };
      if (id === 16) return { kind: 'array', element: 1, length: 16 };
      return { kind: 'integer', size: id === 1 ? 1 : id === 4 ? 4 : 8, signed: false, character: id === 1 };
    },
    members: (id: number) =>
      fieldsOf(id).map((width, index) => ({
        name: `f${index}`,
        type: bytes(width),
        bitOffset: sizeOf(fieldsOf(id).slice(0, index)) * 8,
        bits: 0,
      })),
    enumerators: () => [],
  };
  const structure = (name: string) => (names.includes(name) ? { types, id: 100 + names.indexOf(name) } : undefined);
  return { sections: [], btf: null, structure, structures: () => names };
}

const stored = { size: 32, fields: ['u32 pid', 'u32 at4', 'u64 ts', 'char comm[16]'] };

test.each<[string, Readonly<Record<string, readonly Width[]>>, string | undefined]>([
  ['its fields are where those are', { sent: [4, 4, 8, 'comm'] }, 'sent'],
  ['of another size', { sent: [4, 4, 8, 'comm', 8] }, undefined],
  ['a number that is cut in two', { sent: [8, 4, 4, 'comm'] }, undefined],
  ['a text that begins elsewhere', { sent: [4, 4, 'comm', 8] }, undefined],
  ['one that is nothing but bytes', { sent: ['comm', 'comm'] }, undefined],
  ['the kernel has one of that size too', { page: [8, 8, 8, 8], sent: [4, 4, 8, 'comm'] }, 'sent'],
  ['the kernel has one that fits worse', { page: ['comm', 'comm'], sent: [4, 4, 8, 'comm'] }, 'sent'],
  ['two that fit', { sent: [4, 4, 8, 'comm'], other: [4, 4, 8, 'comm'] }, undefined],
])('the structure that fits what programs store: %s', (_name, structures, found) => {
  expect(fittingRecord(stored, typesOf(structures))?.name).toBe(found);
});

test('a text that is copied in pieces', () => {
  const pieces = { size: 32, fields: ['u32 pid', 'u32 at4', 'u64 ts', 'u64 at16', 'u64 at24'] };
  expect(fittingRecord(pieces, typesOf({ sent: [4, 4, 8, 'comm'] }))?.name).toBe('sent');
});
