import type { MapKind, MapSchema } from '@bpfleet/aggregate';
import { didYouMean, type ManifestMerge, type ManifestOutput, MapType, type ObjectManifest } from '@bpfleet/bpf';
import type { Diagnostic } from '@bpfleet/compiler';
import type { ObjectMap } from '@bpfleet/kernel';
import { isName } from './is-name.ts';
import { type KeyField, keyLayout, keySchema, MAX_KEY_PARTS, type StackMap } from './key-layout.ts';
import { mergeByName, mergeText } from './merge-by-name.ts';
import type { ObjectTypes, TypeRef } from './object-types.ts';
import { objectWarning } from './object-warning.ts';
import { isProgramMemory, programMemoryText } from './program-memory.ts';
import { type RecordOutput, recordOutput } from './record-output.ts';
import { recordWarning } from './record-warnings.ts';
import { valueLayout } from './value-layout.ts';
import { type ValueLeaf, valueLeaves } from './value-leaf.ts';

/** How a part of what an object leaves in a map, or in a variable, becomes a map of results. */
export interface ObjectOutput {
  readonly schema: MapSchema;
  /** Place in the object's maps. */
  readonly map: number;
  /** `hash` has what is in it. An array has all its elements always, as a variable has: those of 0 say nothing. */
  readonly source: 'hash' | 'array' | 'variable';
  readonly key: readonly KeyField[];
  readonly leaf: ValueLeaf;
  /** Of hist: how many slots, of how many bytes each. */
  readonly slots?: { readonly count: number; readonly bytes: number };
  /** The node's name is the first part of each key. */
  readonly byNode: boolean;
}

/** What the results of an object are. */
export interface ObjectOutputs {
  readonly outputs: readonly ObjectOutput[];
  readonly records: readonly RecordOutput[];
  readonly warnings: readonly Diagnostic[];
}

const HASHES: readonly number[] = [MapType.HASH, MapType.PERCPU_HASH, MapType.LRU_HASH, MapType.LRU_PERCPU_HASH];
const ARRAYS: readonly number[] = [MapType.ARRAY, MapType.PERCPU_ARRAY];
/** What an index into an array is called. */
const INDEX = 'index';
const ARRAY_INDEX: KeyField = {
  type: 'uint',
  name: INDEX,
  field: { data: { kind: 'integer', bytes: 4, signed: false }, offset: 0, size: 4 },
};
const KINDS: Readonly<Record<ManifestMerge, MapKind>> = {
  sum: 'sum',
  min: 'min',
  max: 'max',
  hist: 'hist',
  last: 'value',
  list: 'value',
};
/** Maps that libbpf's own headers bring along (usdt.bpf.h). */
const LIBRARY = /^__bpf_/;
/** BCC's tools call the buckets of their histograms so. */
const HISTOGRAM = /^(slots|hist)$/;
/** Of one hist: what `histSlot` has for 64 bits. */
const MAX_SLOTS = 64;
/** What one program may have at most (contracts' ContractLimits). */
const MAX_OUTPUTS = 256;

/** The results in maps, buffers and variables; and a warning for each that cannot be given. `iterators`: names of other outputs there are. */
export function mapOutputs(
  maps: readonly ObjectMap[],
  types: ObjectTypes,
  manifest: ObjectManifest['outputs'] = {},
  iterators: readonly string[] = [],
): ObjectOutputs {
  const collector = new Collector(types, manifest, stackMap(maps), iterators);
  const all = [...maps.entries()];
  const memory = all.filter(([, map]) => isProgramMemory(map, manifest));
  for (const [index, map] of all) {
    if (map.internal) collector.variables(map, index);
    else if (!isProgramMemory(map, manifest)) collector.map(map, index);
  }
  if (collector.isEmpty) for (const [index, map] of memory) collector.map(map, index);
  else collector.leaveOut(memory.map(([, { name }]) => name));
  return collector.finish();
}

class Collector {
  readonly #outputs: ObjectOutput[] = [];
  readonly #records: RecordOutput[] = [];
  readonly #warnings: Diagnostic[] = [];
  /** Names of what could be results. */
  readonly #known: Set<string>;
  readonly #types: ObjectTypes;
  readonly #manifest: NonNullable<ObjectManifest['outputs']>;

  readonly #stacks: StackMap | undefined;

  constructor(
    types: ObjectTypes,
    manifest: NonNullable<ObjectManifest['outputs']>,
    stacks: StackMap | undefined,
    iterators: readonly string[],
  ) {
    this.#known = new Set(iterators);
    this.#types = types;
    this.#manifest = manifest;
    this.#stacks = stacks;
  }

  finish(): ObjectOutputs {
    for (const name of Object.keys(this.#manifest)) {
      if (this.#known.has(name)) continue;
      const hint = didYouMean(name, this.#known);
      const advice = hint === undefined ? '' : `; ${hint}`;
      this.#warn(`the manifest names an output that the object does not have, ${name}${advice}`);
    }
    for (const { guessed, name } of this.#records) {
      const others = this.#records.filter(
        (each) => guessed !== undefined && each.guessed === guessed && each.name !== name,
      );
      if (others.length === 0) continue;
      const advice = `where they differ, a manifest says so (outputs: {${name}: {record: STRUCT}})`;
      this.#warn(`records of ${name} are read as those of ${others.map((each) => each.name).join(', ')}; ${advice}`);
    }
    const spare = this.#outputs.splice(MAX_OUTPUTS);
    if (spare.length > 0) {
      this.#warn(`${spare.length} more parts of values are not among the results: at most ${MAX_OUTPUTS} are`);
    }
    return { outputs: this.#outputs, records: this.#records, warnings: this.#warnings };
  }

  get isEmpty(): boolean {
    return this.#outputs.length === 0 && this.#records.length === 0;
  }

  leaveOut(memory: readonly string[]): void {
    const text = programMemoryText(memory);
    if (text !== null) this.#warn(text);
  }

  map(map: ObjectMap, index: number): void {
    const asked = this.#asked(map.name);
    if (!(asked.show ?? !LIBRARY.test(map.name))) return;
    if (map.type === MapType.RINGBUF || map.type === MapType.PERF_EVENT_ARRAY) {
      this.#buffer(map, index, asked);
      return;
    }
    const source = ARRAYS.includes(map.type) ? 'array' : HASHES.includes(map.type) ? 'hash' : null;
    if (source === null) return;
    const type = this.#typeOf(map.valueType);
    if (!isName(map.name)) this.#absent(`map ${map.name}`, 'it has an unusual name');
    if (type === null) this.#absent(`map ${map.name}`, 'its value has no type information');
    if (!isName(map.name) || type === null) return;
    const key = source === 'array' ? [ARRAY_INDEX] : keyLayout(this.#typeOf(map.keyType), map.keySize, this.#stacks);
    this.#value({ what: `map ${map.name}`, name: map.name, index, source, key, type, base: 0, size: map.valueSize });
  }

  /** Those that programs write, but for what is `static`: all of `.bss`, and of `.data`, which begins with values, what is asked for. */
  variables(map: ObjectMap, index: number): void {
    const { btf } = this.#types;
    // libbpf calls the map of `.bss` by the object's name and the section's, that of `.data.more` by the section's alone.
    const section = /\.(bss|data)(\..*)?$/.exec(map.name)?.[0];
    if (btf === null || section === undefined) return;
    for (const { name, type: id, offset, size, global, section: of } of btf.variables()) {
      if (!global || of !== section || !isName(name)) continue;
      const { show = of === '.bss' || Object.hasOwn(this.#manifest, name) } = this.#asked(name);
      if (!show) continue;
      const what = `variable ${name}`;
      if (offset + size > map.valueSize) this.#absent(what, 'it lies outside of its section');
      else {
        const type = { types: btf, id };
        this.#value({ what, name, index, source: 'variable', key: [], type, base: offset, size: map.valueSize });
      }
    }
  }

  #buffer(map: ObjectMap, index: number, asked: ManifestOutput): void {
    const buffer = map.type === MapType.RINGBUF ? 'ring' : 'perf';
    const output = recordOutput(map, index, buffer, this.#types, asked);
    this.#records.push(output);
    const text = recordWarning(output, asked);
    if (text !== null) this.#warn(text);
  }

  #value(of: Value): void {
    const { merge } = this.#asked(of.name);
    if (merge === 'last' || merge === 'list') {
      const layout = valueLayout(of.type);
      if (layout === null || of.base + layout.size > of.size) {
        this.#absent(of.what, 'its value is too large, or of a type that is not known');
      } else this.#add(of, { path: [], offset: 0, arrays: [], ...layout }, merge);
      return;
    }
    const leaves = valueLeaves(of.type);
    if (typeof leaves === 'string') this.#absent(of.what, leaves);
    else this.#leaves(of, leaves);
  }

  #leaves(of: Value, leaves: readonly ValueLeaf[]): void {
    const { fields = {}, merge } = this.#asked(of.name);
    const paths = leaves.map(({ path }) => path.join('.'));
    for (const name of Object.keys(fields).filter((each) => !paths.includes(each))) {
      const advice = didYouMean(name, paths) ?? `there are ${paths.filter((each) => each !== '').join(', ')}`;
      this.#warn(`the manifest names a field that ${of.what} does not have, ${name}; ${advice}`);
    }
    for (const leaf of leaves) {
      const path = leaf.path.join('.');
      if (leaf.offset + of.base + extentOf(leaf) > of.size) this.#absent(`${of.what} ${path}`, 'it is cut off');
      else this.#leaf(of, leaf, fields[path] ?? merge);
    }
  }

  #leaf(of: Value, leaf: ValueLeaf, asked: ManifestMerge | undefined): void {
    const isInteger = leaf.data.kind === 'integer' && leaf.data.names === undefined && leaf.data.bits === undefined;
    const isNumber = isInteger || leaf.data.kind === 'boolean';
    const what = `${of.what}${leaf.path.length === 0 ? '' : ` field ${leaf.path.join('.')}`}`;
    const counts = (isInteger && leaf.arrays.at(-1)?.length) || 0;
    const canCount = counts > 0 && counts <= MAX_SLOTS;
    const seemsHistogram = asked === undefined && canCount && HISTOGRAM.test(leaf.path.at(-1) ?? of.name);
    if (asked === 'hist' && !canCount) {
      this.#absent(what, `only an array of up to ${MAX_SLOTS} numbers can be a histogram`);
    } else if (asked === 'hist' || seemsHistogram) {
      if (seemsHistogram) this.#warn(`${what} is taken for a histogram of powers of two, by its name; ${adviceOn(of)}`);
      this.#add(of, { ...leaf, arrays: leaf.arrays.slice(0, -1) }, 'hist', { count: counts, bytes: leaf.size });
    } else if (!isNumber && (asked === 'sum' || asked === 'min' || asked === 'max')) {
      this.#absent(what, `it is no number, so it has no ${asked}`);
    } else {
      this.#add(of, leaf, asked ?? (isNumber ? this.#numberMerge(of, leaf, what) : 'last'));
    }
  }

  #numberMerge(of: Value, leaf: ValueLeaf, what: string): ManifestMerge {
    const merge = mergeByName(leaf.path.at(-1) ?? (of.source === 'variable' ? of.name : ''));
    const text = mergeText(merge, what, of.name, leaf.path.join('.'));
    if (text !== null) this.#warn(text);
    return merge;
  }

  #add(of: Value, leaf: ValueLeaf, merge: ManifestMerge, slots?: ObjectOutput['slots']): void {
    const byNode = merge === 'list';
    const key: readonly Pick<KeyField, 'type' | 'name'>[] = [
      ...(byNode ? [{ type: 'string', name: 'node' } as const] : []),
      ...of.key,
      ...leaf.arrays.map(() => ({ type: 'uint', name: INDEX }) as const),
    ];
    if (key.length > MAX_KEY_PARTS) {
      this.#absent(of.what, 'its key has too many parts');
      return;
    }
    // A structure that is a histogram has nothing else of that name to say.
    const path = merge === 'hist' && leaf.path.at(-1) === 'slots' ? leaf.path.slice(0, -1) : leaf.path;
    const name = `@${[of.name, ...path].join('.')}`;
    const signed = leaf.data.kind === 'integer' && leaf.data.signed;
    const histogram = merge === 'hist' ? { histBits: 0 } : {};
    this.#outputs.push({
      schema: { id: this.#outputs.length, name, kind: KINDS[merge], ...keySchema(key), signed, ...histogram },
      map: of.index,
      source: of.source,
      key: of.key,
      leaf: { ...leaf, offset: of.base + leaf.offset },
      byNode,
      ...(slots !== undefined && { slots }),
    });
  }

  #asked(name: string): ManifestOutput {
    this.#known.add(name);
    return Object.hasOwn(this.#manifest, name) ? (this.#manifest[name] ?? {}) : {};
  }

  /** libbpf has read these numbers, from the same types; it has 0 where a map has none. */
  #typeOf(id: number): TypeRef | null {
    const { btf } = this.#types;
    return btf === null || id === 0 || id >= btf.length ? null : { types: btf, id };
  }

  #absent(what: string, why: string): void {
    this.#warn(`${what} is not part of the results: ${why}`);
  }

  #warn(message: string): void {
    this.#warnings.push(objectWarning(message));
  }
}

/** A value, or a variable, that outputs are made of. `size`: of all that can be read, `base`: where it begins in it. */
interface Value extends Pick<ObjectOutput, 'source' | 'key'> {
  /** How messages call it. */
  readonly what: string;
  readonly name: string;
  readonly index: number;
  readonly type: TypeRef;
  readonly base: number;
  readonly size: number;
}

/** Undefined where it has none, or several: then no number says of which it is. */
function stackMap(maps: readonly ObjectMap[]): StackMap | undefined {
  const [first, second] = maps.filter(({ type }) => type === MapType.STACK_TRACE);
  return first === undefined || second !== undefined ? undefined : { map: first.name, depth: first.valueSize / 8 };
}

function adviceOn({ name }: Value): string {
  return `a manifest may say otherwise (outputs: {${name}: {merge: sum}})`;
}

function extentOf({ arrays, size }: ValueLeaf): number {
  return arrays.reduce((sum, { stride, length }) => sum + stride * (length - 1), size);
}
