import type { Diagnostic } from '@bpfleet/compiler';
import { KernelObject, type ObjectProgram } from '@bpfleet/kernel';
import type { ObjectProgram as Program, TraceLimits } from '../api.ts';
import { checkLimits } from '../check-limits.ts';
import { fromKernel, TraceError } from '../trace-error.ts';
import { applyManifest, requireManifest } from './apply-manifest.ts';
import { mapOutputs, type ObjectOutput } from './map-output.ts';
import { objectMemory } from './object-memory.ts';
import { readTypes } from './object-types.ts';
import type { RecordOutput } from './record-output.ts';
import { isTracingSection } from './tracing-section.ts';

/** An object opened and looked through, before the kernel has seen it. */
export interface PreparedObject {
  readonly object: KernelObject;
  /** Places of the programs that are loaded. */
  readonly programs: readonly number[];
  readonly outputs: readonly ObjectOutput[];
  readonly records: readonly RecordOutput[];
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: number;
  /** Kernel memory of maps at most, bytes. */
  readonly mapBytes: number;
}

/** Whoever gets it closes `object`. Throws TraceError: compile, unsupported, limit. */
export function prepareObject(program: Program, limits: TraceLimits = {}): PreparedObject {
  const types = readTypes(program);
  const manifest = requireManifest(types.sections);
  const object = open(program.object);
  try {
    applyManifest(object, manifest);
    const programs = tracingPrograms(object.programs);
    const pinned = object.maps.find((map) => map.pinned);
    if (pinned !== undefined) {
      throw new TraceError('unsupported', `map ${pinned.name} asks to be pinned: nothing may outlive the trace`);
    }
    const { outputs, records, warnings } = mapOutputs(object.maps, types, manifest.outputs);
    const prepared = { probes: programs.length, mapBytes: objectMemory(object.maps), diagnostics: warnings };
    checkLimits(prepared, limits);
    return { object, programs, outputs, records, ...prepared };
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

function tracingPrograms(programs: readonly ObjectProgram[]): number[] {
  const loaded = [...programs.keys()].filter((index) => programs[index]?.loads === true);
  if (loaded.length === 0) throw new TraceError('compile', 'the object has no program to load');
  for (const index of loaded) {
    const { name = '', section = '' } = programs[index] ?? {};
    if (isTracingSection(section)) continue;
    const advice =
      'sections are as in tracepoint/CATEGORY/NAME, raw_tp/NAME, tp_btf/NAME, kprobe/FUNCTION, fentry/FUNCTION';
    throw new TraceError(
      'unsupported',
      `program "${name}" is in section "${section}", which is not attached to anything that is traced: ${advice}`,
    );
  }
  return loaded;
}
