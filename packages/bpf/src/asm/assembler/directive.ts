import { type MapSpec, MapType } from '../../spec/map-spec.ts';
import type { ObjectMap, ValueType } from '../../spec/object-spec.ts';
import { type LineCursor, LineError } from './line-cursor.ts';

const U32: ValueType = { kind: 'integer', bytes: 4, signed: false };
const MAX_SIZE = 1n << 20n;
const MAX_ENTRIES = (1n << 32n) - 1n;
const types: Readonly<Record<string, MapSpec['type']>> = Object.fromEntries(
  Object.entries(MapType).map(([name, type]) => [name.toLowerCase(), type]),
);
const arrays: readonly number[] = [MapType.ARRAY, MapType.PERCPU_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.STACK_TRACE];

/** A key or value: its type, or no more than its bytes. */
interface Content {
  readonly size: number;
  readonly type?: ValueType;
}

/** What follows `.map`: `counts hash key=u32 value=u64 entries=1024`. Throws LineError. */
export function mapDirective(cursor: LineCursor): ObjectMap {
  const name = cursor.word('the name of the map');
  const type = types[cursor.current.text];
  if (type === undefined) return cursor.fail(`expected a type of map: ${Object.keys(types).join(', ')}`);
  cursor.word('a type of map');
  const given: { key?: Content; value?: Content; entries?: number; flags?: number } = {};
  while (!cursor.atEnd) {
    const { column, text } = cursor.current;
    cursor.word('key=, value=, entries= or flags=');
    cursor.expect('=');
    if (text === 'key' || text === 'value') given[text] = content(cursor);
    else if (text === 'entries' || text === 'flags') given[text] = Number(cursor.number(text, 0n, MAX_ENTRIES));
    else throw new LineError(column, `a map has key=, value=, entries= and flags=, no ${text}=`);
  }
  const ring = type === MapType.RINGBUF;
  const key = given.key ?? (arrays.includes(type) ? { size: 4, type: U32 } : undefined);
  if (given.entries === undefined || given.entries === 0) cursor.fail(ring ? 'write entries=BYTES' : 'write entries=N');
  if (!ring && (key === undefined || given.value === undefined))
    cursor.fail('write key=TYPE and value=TYPE, as in u64');
  return {
    ...{ name, type, flags: given.flags ?? 0, maxEntries: given.entries ?? 0 },
    ...{ keySize: ring ? 0 : (key?.size ?? 0), valueSize: ring ? 0 : (given.value?.size ?? 0) },
    ...(key?.type !== undefined && !ring && { keyType: key.type }),
    ...(given.value?.type !== undefined && !ring && { valueType: given.value.type }),
  };
}

/** `u64`, `char[16]`, or a number of bytes that nothing is known of. */
function content(cursor: LineCursor): Content {
  if (cursor.atNumber) return { size: Number(cursor.number('a size in bytes', 1n, MAX_SIZE)) };
  const [, sign, bits] = /^([us])(8|16|32|64)$/.exec(cursor.current.text) ?? [];
  if (bits !== undefined) {
    cursor.word('a type');
    const bytes = (Number(bits) / 8) as 1 | 2 | 4 | 8;
    return { size: bytes, type: { kind: 'integer', bytes, signed: sign === 's' } };
  }
  if (!cursor.take('char')) return cursor.fail('expected a type: u8 to u64, s8 to s64, char[N], or a size in bytes');
  cursor.expect('[');
  const bytes = Number(cursor.number('a length', 1n, MAX_SIZE));
  cursor.expect(']');
  return { size: bytes, type: { kind: 'text', bytes } };
}

/** What follows `.program`: a name, and the section that libbpf attaches by: `kprobe/vfs_read`. Throws LineError. */
export function programDirective(
  cursor: LineCursor,
  rest: string,
): { readonly name: string; readonly section: string } {
  const name = cursor.word('the name of the program');
  const section = cursor.quoted() ?? rest.trim().slice(name.length).trim();
  if (section === '' || /\s/.test(section)) {
    return cursor.fail('expected where it is attached, as in tracepoint/sched/sched_switch or kprobe/vfs_read');
  }
  return { name, section };
}
