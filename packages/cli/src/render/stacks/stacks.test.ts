import type { StackFrame } from '@bpfleet/aggregate';
import type { ResultEntry, ResultMap } from '@bpfleet/client';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseProfile, chooseProfiles } from './choose-profiles.ts';
import { renderFolded } from './folded.ts';
import { encodePprof } from './pprof.ts';
import { type Fields, integers, messages, readMessage, strings } from './protobuf-reader.test-kit.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { speedscopeFile } from './speedscope.ts';
import { stackProfile } from './stack-profile.ts';

const frame = (symbol: string, module = '', offset = 1): StackFrame => ({ symbol, module, offset });
const kernel = [frame('vfs_read', '', 17), frame('ksys_read')];
const user = [frame('read', '/usr/lib/libc.so.6'), frame('main', '/usr/bin/cat')];
const map = (key: ResultMap['key'], ...entries: Partial<ResultEntry>[]): ResultMap => ({
  name: '@s',
  kind: 'count',
  key,
  entries: entries.map((entry) => ({ key: [], nodes: 1, ...entry })),
});
const folded = (one: ResultMap) => renderFolded(stackProfile(one));

describe('folded', () => {
  test.each<[string, ResultMap, string]>([
    ['the outermost first', map(['stack'], { key: [kernel], value: 3 }), 'ksys_read;vfs_read 3\n'],
    [
      'other parts of the key first',
      map(['string', 'stack', 'int'], { key: ['a b', kernel, 7], value: 3 }),
      'a b;7;ksys_read;vfs_read 3\n',
    ],
    [
      'tuples, arrays and records are no stacks',
      map(
        ['tuple', 'stack', 'array', 'record'],
        { key: [[1, 'a'], kernel, [1, 2], { x: 1, y: [true, 'b'] }], value: 3 },
        { key: [[user, 'a'], kernel, [], {}], value: 1 },
      ),
      '(1, a);[1,2];{ .x = 1, .y = (true, b) };ksys_read;vfs_read 3\n(read+1 < main+1, a);[];{  };ksys_read;vfs_read 1\n',
    ],
    [
      'user space calls the kernel, wherever it is in the key',
      map(
        ['stack', 'stack', 'string'],
        { key: [kernel, user, 'cat'], value: 1 },
        { key: [kernel, [], 'kw'], value: 2 },
      ),
      'cat;main;read;ksys_read;vfs_read 1\nkw;ksys_read;vfs_read 2\n',
    ],
    [
      'the group before all',
      map(['stack'], { key: [kernel], value: 3, group: 'n1' }, { key: [kernel], value: 1, group: 'n2' }),
      'n1;ksys_read;vfs_read 3\nn2;ksys_read;vfs_read 1\n',
    ],
    [
      'merged by symbol',
      map(
        ['stack'],
        { key: [[frame('f', '', 1)]], value: 3 },
        { key: [[frame('f', '', 2)]], value: '9007199254740993' },
      ),
      'f 9007199254740996\n',
    ],
    [
      'code without a name',
      map(['stack'], { key: [[frame('', '/lib/libx.so', 0x1a2b)]], value: 1 }),
      '[libx.so+0x1a2b] 1\n',
    ],
    ['no frames', map(['stack'], { key: [[]], value: 1 }), '[no stack] 1\n'],
    [
      'names that would break the line',
      map(
        ['string', 'stack'],
        { key: ['x;y\n\u001b[2J', [frame('operator new(unsigned long)')]], value: 1 },
        { key: ['', [frame('kworker 3')]], value: 2 },
      ),
      'x:y\\n\\x1b[2J;operator new(unsigned long) 1\n[empty];kworker_3 2\n',
    ],
    [
      'what is not above zero is left out',
      { ...map(['stack'], { key: [kernel], value: -3 }, { key: [user], value: 1 }), kind: 'sum' },
      'main;read 1\n',
    ],
    ['histograms by how many values', { ...map(['stack'], { key: [user], count: 4 }), kind: 'hist' }, 'main;read 4\n'],
    [
      'averages by their total',
      { ...map(['stack'], { key: [user], count: 2, total: 9, average: 4 }), kind: 'avg' },
      'main;read 9\n',
    ],
  ])('%s', (_, one, text) => expect(folded(one)).toBe(text));

  test('every line is frames, a space and a count that flamegraph.pl reads, and the counts add up', () => {
    fc.assert(
      fc.property(profiles, (one) => {
        const lines = folded(one).split('\n').slice(0, -1);
        const total = lines.reduce((sum, line) => {
          const [, stack = '', count = ''] = /^(.*)\s+?(\d+(?:\.\d*)?)$/u.exec(line) ?? [];
          expect(stack.split(';').every((name) => name !== '')).toBe(true);
          expect(stack).not.toMatch(/\s\d+(?:\.\d*)?$/);
          return sum + BigInt(count);
        }, 0n);
        expect(total).toBe(totalOf(one));
      }),
    );
  });
});

const frames = fc.array(
  fc.record({
    symbol: fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('a', 'b', 'c 1', ';')),
    module: fc.constantFrom('', 'ext4', '/bin/x'),
    offset: fc.nat(9),
  }),
  { maxLength: 4 },
);
const profiles = fc
  .array(fc.record({ key: fc.tuple(fc.string({ unit: 'binary', maxLength: 3 }), frames), value: fc.nat() }), {
    maxLength: 6,
  })
  .map((entries) => map(['string', 'stack'], ...entries));
const totalOf = ({ entries }: ResultMap) => entries.reduce((sum, { value }) => sum + BigInt(value as number), 0n);

describe('speedscope', () => {
  test('frames are shared, and a group is a profile', () => {
    const one = map(
      ['string', 'stack'],
      { key: ['cat', user], value: 2, group: 'n1' },
      { key: ['cat', kernel], value: 3, group: 'n1' },
      { key: ['cat', user], value: 1, group: 'n2' },
    );
    expect(speedscopeFile([stackProfile(one)], 'session 1', 'bpfleet@0')).toEqual({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      exporter: 'bpfleet@0',
      name: 'session 1',
      activeProfileIndex: 0,
      shared: {
        frames: [
          { name: 'cat' },
          { name: 'main', file: '/usr/bin/cat' },
          { name: 'read', file: '/usr/lib/libc.so.6' },
          { name: 'ksys_read' },
          { name: 'vfs_read' },
        ],
      },
      profiles: [
        profile('@s n1', [
          [2, [0, 1, 2]],
          [3, [0, 3, 4]],
        ]),
        profile('@s n2', [[1, [0, 1, 2]]]),
      ],
    });
  });

  const profile = (name: string, samples: [number, number[]][]) => ({
    type: 'sampled',
    name,
    unit: 'none',
    startValue: 0,
    endValue: samples.reduce((sum, [weight]) => sum + weight, 0),
    samples: samples.map(([, indices]) => indices),
    weights: samples.map(([weight]) => weight),
  });

  test('every index is of a frame, and the weights add up', () => {
    fc.assert(
      fc.property(profiles, (one) => {
        const { shared, profiles: made } = speedscopeFile([stackProfile(one)], '', '');
        const indices = made.flatMap(({ samples }) => samples.flat());
        expect(indices.every((index) => shared.frames[index] !== undefined)).toBe(true);
        expect(new Set(shared.frames.map((each) => JSON.stringify(each))).size).toBe(shared.frames.length);
        expect(BigInt(made.reduce((sum, { endValue }) => sum + endValue, 0))).toBe(totalOf(one));
      }),
    );
  });
});

describe('pprof', () => {
  const unstarted = { startedAt: null, endedAt: null };

  test('what is read again is what was written', () => {
    const one = map(
      ['string', 'stack', 'stack'],
      { key: ['cat', kernel, user], value: 2, group: 'n1' },
      { key: ['cat', [], user], value: '9223372036854775808', group: 'n2' },
    );
    const time = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:10.000Z' };
    const read = decodePprof(encodePprof(stackProfile(one), time));
    expect(read).toEqual({
      types: [{ type: 's', unit: 'count' }],
      samples: [
        {
          frames: ['vfs_read', 'ksys_read', 'read /usr/lib/libc.so.6', 'main /usr/bin/cat'],
          values: [2n],
          labels: { group: 'n1', key1: 'cat' },
        },
        {
          frames: ['read /usr/lib/libc.so.6', 'main /usr/bin/cat'],
          values: [(1n << 63n) - 1n],
          labels: { group: 'n2', key1: 'cat' },
        },
      ],
      start: 1_767_225_600_000_000_000n,
      duration: 10_000_000_000n,
    });
  });

  test('whatever the names are, every reference leads somewhere and the values add up', () => {
    fc.assert(
      fc.property(profiles, (one) => {
        const { samples } = decodePprof(encodePprof(stackProfile(one), unstarted));
        expect(samples.reduce((sum, { values }) => sum + (values[0] ?? 0n), 0n)).toBe(totalOf(one));
      }),
    );
  });

  /** Throws where a number refers to nothing. */
  function decodePprof(bytes: Uint8Array) {
    const fields = readMessage(bytes);
    const texts = strings(fields, 6);
    expect(texts[0]).toBe('');
    const text = (index: bigint) => defined(texts[Number(index)]);
    const byId = (field: number) =>
      new Map(messages(fields, field).map((each): [bigint, Fields] => [integers(each, 1)[0] ?? 0n, each]));
    const [mappings, locations, functions] = [byId(3), byId(4), byId(5)];
    expect([mappings, locations, functions].some((each) => each.has(0n))).toBe(false);
    const located = (id: bigint) => {
      const location = defined(locations.get(id));
      const called = defined(functions.get(one(defined(messages(location, 4)[0]), 1)));
      const mapping = one(location, 2);
      const file = mapping === 0n ? '' : ` ${text(one(defined(mappings.get(mapping)), 5))}`;
      return `${text(one(called, 2))}${file}`;
    };
    return {
      types: messages(fields, 1).map((each) => ({ type: text(one(each, 1)), unit: text(one(each, 2)) })),
      samples: messages(fields, 2).map((sample) => ({
        frames: integers(sample, 1).map(located),
        values: integers(sample, 2),
        labels: Object.fromEntries(messages(sample, 3).map((label) => [text(one(label, 1)), text(one(label, 2))])),
      })),
      start: one(fields, 9),
      duration: one(fields, 10),
    };
  }

  const one = (fields: Fields, field: number) => integers(fields, field)[0] ?? 0n;
  const defined = <T>(value: T | undefined): T => {
    if (value === undefined) throw new RangeError('refers to nothing');
    return value;
  };
});

describe('ProtobufWriter', () => {
  // The bytes of the examples in https://protobuf.dev/programming-guides/encoding.
  test.each<[string, ProtobufWriter, string]>([
    ['varint', new ProtobufWriter().varint(1, 150), '089601'],
    ['string', new ProtobufWriter().string(2, 'testing'), '120774657374696e67'],
    ['message', new ProtobufWriter().message(3, new ProtobufWriter().varint(1, 150)), '1a03089601'],
    ['packed', new ProtobufWriter().packed(6, [3, 270, 86942]), '3206038e029ea705'],
    ['negative', new ProtobufWriter().varint(1, -2), '08feffffffffffffffff01'],
    ['default', new ProtobufWriter().varint(1, 0).packed(2, []), ''],
  ])('%s', (_, writer, hex) => expect(Buffer.from(writer.finish()).toString('hex')).toBe(hex));
});

describe('the map to write', () => {
  const count = (name: string, key: ResultMap['key'], kind: ResultMap['kind'] = 'count'): ResultMap => ({
    ...map(key),
    name,
    kind,
  });

  test.each<[string, ResultMap[], RegExp]>([
    ['no maps', [], /no maps yet/],
    ['no stack', [count('@a', ['string'])], /No map has a stack in its key \(@a\[string\]\)/],
    ['no sum', [count('@a', ['stack'], 'max')], /@a \(max\): values that do not add up/],
    ['several', [count('@a', ['stack']), count('@b', ['int', 'stack'])], /several have stacks: @a, @b/],
  ])('%s', (_, maps, message) => expect(() => chooseProfile(maps, 'folded')).toThrow(message));

  test('others are passed over', () => {
    const maps = [count('@a', ['string']), count('@b', ['stack']), count('@c', ['stack'], 'min')];
    expect(chooseProfile(maps, 'folded').name).toBe('@b');
    expect(chooseProfiles(maps, 'speedscope').map(({ name }) => name)).toEqual(['@b']);
  });
});
