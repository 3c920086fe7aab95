import { expect, test } from 'vitest';
import { InstructionBuilder } from '../asm/builder.ts';
import { Btf } from '../btf/btf.ts';
import { indexTypes, Kind } from '../btf/index-types.ts';
import { type MapSpec, MapType } from '../spec/map-spec.ts';
import type { AttachSpec, ProgramSpec } from '../spec/program-spec.ts';
import { ProgramType } from '../spec/program-spec.ts';
import { readObject } from './read-object.ts';
import { sectionName } from './section-name.ts';
import { ObjectWriteError, objectOf, writeObject } from './write-object.ts';

const counts: MapSpec = { name: '@counts', type: MapType.HASH, keySize: 8, valueSize: 4, maxEntries: 16, flags: 1 };
const ring: MapSpec = { name: 'ring', type: MapType.RINGBUF, keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 };
const text: MapSpec = {
  ...{ name: 'text', type: MapType.ARRAY, keySize: 4, valueSize: 4, maxEntries: 1, flags: 0x80 },
  contents: Uint8Array.of(1, 2, 3, 4),
};

function program(name: string, attach: AttachSpec, write: (b: InstructionBuilder) => void): ProgramSpec {
  const b = new InstructionBuilder();
  write(b);
  const types = { type: ProgramType.RAW_TRACEPOINT, attach, license: 'GPL', sourceLines: [] };
  return { name, instructions: b.build(), ...types };
}

const once: AttachSpec = { kind: 'begin' };

function sectionsOf(object: Uint8Array) {
  const sections = readObject(object);
  const section = (name: string) => {
    const found = sections.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no section ${name}`);
    return found;
  };
  const places = (name: string) => {
    const { bytes } = section(name);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: bytes.length / 16 }, (_, index) => ({
      offset: Number(view.getBigUint64(index * 16, true)),
      symbol: Number(view.getBigUint64(index * 16 + 8, true) >> 32n),
    }));
  };
  return { sections, section, places };
}

test('programs of one kind share a section, and maps are told by symbols', () => {
  const object = writeObject(
    objectOf({
      maps: [counts, ring, text],
      programs: [
        program('first', once, (b) => {
          b.map(1, '@counts');
          b.mapValue(2, 'text', 2);
          b.exit();
        }),
        program('1st', once, (b) => {
          b.map(1, 'ring');
          b.exit();
        }),
      ],
    }),
  );
  const { sections, section, places } = sectionsOf(object);
  expect(sections.map(({ name }) => name)).toEqual([
    ...['', '.maps', '.rodata.text', 'raw_tracepoint', 'license', '.BTF', '.BTF.ext'],
    ...['.relraw_tracepoint', '.symtab', '.strtab'],
  ]);
  expect(section('.rodata.text').bytes).toEqual(text.contents);
  // Maps are numbered by the loader: only the offset in the value stands in the code.
  expect(Buffer.from(section('raw_tracepoint').bytes).toString('hex')).toBe(
    `${'1801000000000000'}${'0'.repeat(16)}1802000002000000${'0'.repeat(16)}9500000000000000` +
      `1801000000000000${'0'.repeat(16)}9500000000000000`,
  );
  expect(places('.relraw_tracepoint').map(({ offset }) => offset)).toEqual([0, 16, 40]);
});

test('maps are defined as libbpf reads them', () => {
  const { section } = sectionsOf(writeObject(objectOf({ maps: [counts, ring], programs: [] })));
  const { bytes } = section('.BTF');
  const btf = new Btf(bytes);
  const numbers = indexTypes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length)).offsets.keys();
  const variables = [...numbers].slice(1).flatMap((id) => {
    const { kind, name, to } = btf.node(id);
    return kind === Kind.VAR ? [{ name, to }] : [];
  });
  const attributes = variables.map(({ name, to }) => [
    name,
    // Each is a pointer to an array of as many elements as the number is large.
    Object.fromEntries(btf.members(to).map(({ name, type }) => [name, btf.elements(btf.node(type).to).length])),
  ]);
  expect(Object.fromEntries(attributes)).toEqual({
    _counts: { type: MapType.HASH, key_size: 8, value_size: 4, max_entries: 16, map_flags: 1 },
    ring: { type: MapType.RINGBUF, max_entries: 4096 },
  });
});

test('a function that a helper calls goes to .text, and is told by where it is there', () => {
  const calling = program('calling', once, (b) => {
    const callback = b.label();
    b.functionAddress(2, callback);
    b.exit();
    b.place(callback);
    b.map(1, '@counts');
    b.exit();
  });
  const named = (name: string) => ({
    ...calling,
    name,
    functions: [
      { instruction: 0, name },
      { instruction: 2, name: 'each' },
    ],
  });
  const { section, places } = sectionsOf(writeObject(objectOf({ maps: [counts], programs: [named('a'), named('b')] })));
  expect(section('.text').bytes.length).toBe(2 * 24);
  expect(places('.rel.text').map(({ offset }) => offset)).toEqual([0, 24]);
  const code = Buffer.from(section('raw_tracepoint').bytes);
  // The second program's function follows the first's, 24 bytes long.
  expect([code.readInt32LE(4), code.readInt32LE(24 + 4)]).toEqual([0, 24]);
});

test('a map that is both addressed and given to a helper is refused', () => {
  const both = program('both', once, (b) => {
    b.map(1, 'text');
    b.mapValue(2, 'text', 0);
  });
  expect(() => writeObject(objectOf({ maps: [text], programs: [both] }))).toThrow(ObjectWriteError);
});

test.each<[AttachSpec, string]>([
  [{ kind: 'tracepoint', category: 'sched', event: 'sched_switch' }, 'tracepoint/sched/sched_switch'],
  [{ kind: 'kprobe', function: 'vfs_read', offset: 4, return: false }, 'kprobe/vfs_read+4'],
  [{ kind: 'kprobe', function: 'vfs_read', offset: 0, return: true }, 'kretprobe/vfs_read'],
  [{ kind: 'fexit', function: 'vfs_read', btfId: 5 }, 'fexit/vfs_read'],
  [{ kind: 'uprobe', path: '/bin/bash', offset: 64, return: false }, 'uprobe//bin/bash:64'],
  [{ kind: 'kprobe_multi', functions: ['a', 'b'], return: true }, 'kretprobe.multi'],
  [{ kind: 'iter', iterator: 'task', btfId: 5 }, 'iter/task'],
  [{ kind: 'profile', frequency: 99 }, 'perf_event'],
  [once, 'raw_tracepoint'],
])('%j is told by section %s', (attach, name) => {
  expect(sectionName(attach)).toBe(name);
});
