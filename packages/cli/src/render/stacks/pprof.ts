import type { StackFrame } from '@bpfleet/aggregate';
import { ProtobufWriter } from './protobuf-writer.ts';
import { frameName, type StackProfile, type StackSample } from './stack-profile.ts';

/** Since the Unix epoch; null where the session has not started or ended. */
export interface ProfileTime {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

const maxInt64 = (1n << 63n) - 1n;

/**
 * A profile as `pprof` reads it: the message Profile of proto/profile.proto in https://github.com/google/pprof, not yet
 * compressed (files have it gzipped). Locations are functions, without addresses: nodes do not share those. What else is
 * in the key are labels, the group is the label `group`; numbers are texts too, for pprof drops a numeric label of 0. A
 * weight beyond int64 is its greatest.
 */
export function encodePprof(profile: StackProfile, time: ProfileTime): Uint8Array {
  const tables = new PprofTables();
  const message = new ProtobufWriter();
  const { type, unit } = valueType(profile);
  message.message(1, new ProtobufWriter().varint(1, tables.string(type)).varint(2, tables.string(unit)));
  for (const sample of profile.samples) message.message(2, encodeSample(sample, tables));
  for (const mapping of tables.mappings) message.message(3, mapping);
  for (const location of tables.locations) message.message(4, location);
  for (const each of tables.functions) message.message(5, each);
  for (const text of tables.strings) message.string(6, text);
  const start = time.startedAt === null ? null : nanoseconds(time.startedAt);
  const end = time.endedAt === null ? null : nanoseconds(time.endedAt);
  message.varint(9, start ?? 0n);
  message.varint(10, start === null || end === null ? 0n : end - start);
  return message.finish();
}

/** By its convention the unit of numbers of events is `count`; of a sum it is not known. */
function valueType({ name, kind }: StackProfile): { type: string; unit: string } {
  const counts = kind === 'count' || kind === 'hist' || kind === 'lhist';
  return { type: name.replace(/^@/, '') || kind, unit: counts ? 'count' : '' };
}

function encodeSample({ group, labels, frames, weight }: StackSample, tables: PprofTables): ProtobufWriter {
  const message = new ProtobufWriter()
    .packed(
      1,
      frames.map((frame) => tables.location(frame)),
    )
    .packed(2, [weight > maxInt64 ? maxInt64 : weight]);
  for (const { name, value } of [...(group === undefined ? [] : [{ name: 'group', value: group }]), ...labels]) {
    message.message(3, new ProtobufWriter().varint(1, tables.string(name)).varint(2, tables.string(value)));
  }
  return message;
}

/** What samples refer to by number. Law: string 0 is empty; ids of mappings, locations and functions begin with 1. */
class PprofTables {
  readonly strings: string[] = [''];
  readonly mappings: ProtobufWriter[] = [];
  readonly locations: ProtobufWriter[] = [];
  readonly functions: ProtobufWriter[] = [];
  readonly #strings = new Map([['', 0]]);
  readonly #mappings = new Map<string, number>();
  readonly #locations = new Map<string, number>();

  string(text: string): number {
    return numberOf(this.#strings, text, () => this.strings.push(text) - 1);
  }

  location(frame: StackFrame): number {
    const name = frameName(frame);
    return numberOf(this.#locations, JSON.stringify([name, frame.module]), () => {
      const id = this.locations.length + 1;
      const named = new ProtobufWriter().varint(1, id).varint(2, this.string(name)).varint(3, this.string(name));
      this.functions.push(named);
      const line = new ProtobufWriter().varint(1, id);
      const location = new ProtobufWriter().varint(1, id).varint(2, this.#mapping(frame)).message(4, line);
      return this.locations.push(location);
    });
  }

  /** 0, which is none, for the kernel proper. */
  #mapping({ module, buildId = '' }: StackFrame): number {
    if (module === '') return 0;
    return numberOf(this.#mappings, JSON.stringify([module, buildId]), () =>
      this.mappings.push(
        new ProtobufWriter()
          .varint(1, this.mappings.length + 1)
          .varint(5, this.string(module))
          .varint(6, this.string(buildId))
          // Tells pprof not to look for symbols by addresses, of which there are none.
          .varint(7, 1),
      ),
    );
  }
}

function numberOf(numbers: Map<string, number>, id: string, add: () => number): number {
  const present = numbers.get(id);
  if (present !== undefined) return present;
  const added = add();
  numbers.set(id, added);
  return added;
}

function nanoseconds(time: string): bigint {
  return BigInt(Date.parse(time)) * 1_000_000n;
}
