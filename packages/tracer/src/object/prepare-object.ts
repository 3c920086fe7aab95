import { type ObjectManifest, plainStructOps, programSettings } from '@bpfleet/bpf';
import type { Diagnostic } from '@bpfleet/compiler';
import { KernelObject, nodeIdentity, type ObjectProgram } from '@bpfleet/kernel';
import type { ObjectProgram as Program, TraceLimits } from '../api.ts';
import { checkLimits } from '../check-limits.ts';
import { fromKernel, TraceError } from '../trace-error.ts';
import { objectUses } from '../uses/object-uses.ts';
import { applyManifest, requireManifest, sizeMaps } from './apply-manifest.ts';
import { type AttachPlan, type PlannedProgram, planProgram } from './attach-plan.ts';
import { type LeftOut, leftOut, leftOutTexts } from './choose-programs.ts';
import { kernelPlaces } from './kernel-places.ts';
import { mapOutputs, type ObjectOutput } from './map-output.ts';
import type { PlacedProgram } from './missing-places.ts';
import { objectMemory } from './object-memory.ts';
import { type ObjectTypes, readTypes } from './object-types.ts';
import { objectWarning } from './object-warning.ts';
import type { RecordOutput } from './record-output.ts';
import { linkedStructOps } from './struct-ops.ts';
import { UnplacedError, unplacedTogether } from './unplaced-error.ts';
import { uprobePlace, uprobesByMulti } from './uprobe-place.ts';
import { usdtPlace } from './usdt-place.ts';

/** Of this machine's memory, what the maps of one object may take at most. */
const MEMORY_SHARE = 0.25;

/** An object opened and looked through, before the kernel has seen it. */
export interface PreparedObject {
  readonly object: KernelObject;
  readonly types: ObjectTypes;
  readonly manifest: ObjectManifest;
  /** The programs that are loaded. */
  readonly programs: readonly PlannedObjectProgram[];
  /** Maps of struct_ops, by their place in the object's maps. */
  readonly structOps: readonly number[];
  readonly outputs: readonly ObjectOutput[];
  readonly records: readonly RecordOutput[];
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: number;
  /** Kernel memory of maps at most, bytes. */
  readonly mapBytes: number;
}

export interface PlannedObjectProgram extends PlacedProgram {
  /** Of a program that does the same and was left out for it, its name. */
  readonly instead?: string;
  /** The others run also where this kernel does not attach it. */
  readonly optional: boolean;
  /** Place in the object's programs. */
  readonly index: number;
  readonly plan: AttachPlan;
}

/** Whoever gets it closes `object`. Throws TraceError: compile, unsupported, limit. */
export function prepareObject(program: Program, limits: TraceLimits = {}): PreparedObject {
  const types = readTypes(program);
  const manifest = requireManifest(types.sections);
  const object = open(plainStructOps(program.object, types.sections));
  try {
    applyManifest(object, manifest);
    const sized = sizeMaps(object);
    const structOps = linkedStructOps(object, types);
    const { programs, diagnostics } = planPrograms(object, manifest);
    const pinned = object.maps.find((map) => map.pinned);
    if (pinned !== undefined) {
      throw new TraceError(
        'unsupported',
        `map ${pinned.name} asks to be pinned, and nothing may outlive the trace: a manifest says maps: {${pinned.name}: {share: PATH}}, or {private: true}`,
      );
    }
    const iterators = iteratorNames(object, programs);
    const { outputs, records, warnings } = mapOutputs(object.maps, types, manifest.outputs, iterators);
    const prepared = {
      probes: programs.length,
      mapBytes: objectMemory(object.maps),
      diagnostics: [...sized, ...diagnostics, ...warnings, ...printing(program.object)],
    };
    checkLimits(prepared, { ...limits, mapBytes: Math.min(limits.mapBytes ?? memoryBound(), memoryBound()) });
    return { object, types, manifest, programs, structOps, outputs, records, ...prepared };
  } catch (error) {
    object.close();
    throw fromKernel(error, 'load', '', []);
  }
}

function open(bytes: Uint8Array): KernelObject {
  try {
    return new KernelObject(bytes);
  } catch (error) {
    throw fromKernel(error, 'load', '', []);
  }
}

/** Also where nobody has said how much: the kernel takes what there is, and ends processes of others for it. Bytes. */
function memoryBound(): number {
  return Math.floor(nodeIdentity().memoryBytes * MEMORY_SHARE);
}

/** The programs that run, with where they are attached; those that are left out here are told. */
function planPrograms(object: KernelObject, manifest: ObjectManifest) {
  const diagnostics: Diagnostic[] = [];
  const out = leftOut(object.programs, manifest, kernelPlaces());
  for (const { index } of out) object.setLoads(index, false);
  diagnostics.push(...leftOutTexts(object.programs, out).map(objectWarning));
  const programs: PlannedObjectProgram[] = [];
  const unplaced: UnplacedError[] = [];
  for (const [index, program] of object.programs.entries()) {
    if (!program.loads) continue;
    const planned = planUnlessUnplaced(program, manifest);
    if (planned instanceof UnplacedError) {
      unplaced.push(planned);
      continue;
    }
    const { change } = planned;
    const { attach = program.section, optional = false } = programSettings(manifest, program.name);
    const plan = planned.plan.how === 'libbpf' && uprobesByMulti() ? byMulti(planned.plan, attach) : planned.plan;
    if (plan.how === 'uprobe_multi' || plan.how === 'usdt_multi') object.setMulti(index);
    requireOwnSockets(plan, manifest);
    if (plan.how === 'retargeted') object.setTarget(index, plan.function);
    if (change !== null) {
      diagnostics.push(
        objectWarning(`program "${program.name}" (${program.section}) can change what this machine does: ${change}`),
      );
    }
    const other = out.find(({ twin }) => twin === program.name);
    const instead = other === undefined ? {} : { instead: object.programs[other.index]?.name ?? '' };
    programs.push({ index, plan, name: program.name, place: attach, optional, ...instead });
  }
  if (unplaced.length > 0) throw unplacedTogether(unplaced);
  if (programs.length === 0) throw noPrograms(object, out);
  return { programs, diagnostics: [...diagnostics, ...sampling(programs, manifest)] };
}

/** The same plan by a link that asks for less, where its place is one of a program. */
function byMulti(plan: AttachPlan, attach: string): AttachPlan {
  const uprobe = uprobePlace(attach);
  if (uprobe !== null) return { how: 'uprobe_multi', place: uprobe };
  const usdt = usdtPlace(attach);
  return usdt === null ? plan : { how: 'usdt_multi', place: usdt };
}

function planUnlessUnplaced(program: ObjectProgram, manifest: ObjectManifest): PlannedProgram | UnplacedError {
  try {
    return planProgram(program, manifest);
  } catch (error) {
    if (error instanceof UnplacedError) return error;
    throw error;
  }
}

function noPrograms({ programs }: KernelObject, out: readonly LeftOut[]): TraceError {
  if (out.length > 0) {
    const why = leftOutTexts(programs, out).join('; ');
    return new TraceError('unsupported', `none of the object's programs can be attached here: ${why}`);
  }
  const [first] = programs;
  const advice = first === undefined ? '' : `: a manifest chooses one, programs: {${first.name}: {load: true}}`;
  return new TraceError('compile', `the object has no program to load${advice}`);
}

/** Told where nobody says which event programs run on: a section cannot, and loaders know it. */
function sampling(programs: readonly PlannedObjectProgram[], manifest: ObjectManifest): Diagnostic[] {
  const guessed = programs.filter(
    ({ name, plan }) => plan.how === 'perf_event' && programSettings(manifest, name).event === undefined,
  );
  const [first] = guessed;
  if (first?.plan.how !== 'perf_event') return [];
  const names = guessed.map(({ name }) => `"${name}"`).join(', ');
  const advice = `where that is not meant, a manifest names the event (programs: {${first.name}: {event: cache-misses}})`;
  return [
    objectWarning(
      `no section says on which event samples are taken: ${first.plan.name} of each CPU (${names}); ${advice}`,
    ),
  ];
}

/** Told where programs print by bpf_printk: that goes to a place which all programs of a node have in common. */
function printing(object: Uint8Array): Diagnostic[] {
  const prints = objectUses(object).functions.some((name) => /^bpf_trace_v?printk$/.test(name));
  const what =
    'what its programs print by bpf_printk goes to the trace pipe of the node (/sys/kernel/tracing/trace_pipe)';
  return prints ? [objectWarning(`${what}, which is not read: a ring buffer makes events of it`)] : [];
}

function iteratorNames(object: KernelObject, programs: readonly PlannedObjectProgram[]): string[] {
  return programs.flatMap(({ index, plan }) => (plan.how === 'iterator' ? [object.programs[index]?.name ?? ''] : []));
}

/** A program stays with the map that it is attached to, and that with whoever shares it. Throws TraceError. */
function requireOwnSockets(plan: AttachPlan, { maps = {} }: ObjectManifest): void {
  if (plan.how !== 'sockets' || maps[plan.map]?.share === undefined) return;
  throw new TraceError(
    'unsupported',
    `map ${plan.map} is shared, and ${plan.hook} would stay attached to it when the trace is over`,
  );
}
