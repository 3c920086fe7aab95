import { carriedManifest, readObject } from '@bpfleet/bpf';
import { compileStages, permissiveEnv } from '@bpfleet/compiler';
import { type SessionProgram, sourcesOf } from '../session-program.ts';

const hardwareCounters = 'the hardware counters';
const hardwareProbes = new Set(['hardware', 'h']);
/** Events of a manifest that the kernel counts by itself. */
const softwareEvents = new Set<string>([
  'cpu-clock',
  'task-clock',
  'page-faults',
  'context-switches',
  'cpu-migrations',
]);

/**
 * What of a node only one session may have at a time, in words. The CPU's counters are few, and the kernel multiplexes
 * those who share them: each would measure a part of the time only.
 */
export function exclusiveResources(program: SessionProgram): string[] {
  return usesHardwareCounters(program) ? [hardwareCounters] : [];
}

function usesHardwareCounters(program: SessionProgram): boolean {
  if (program.kind === 'script') {
    return sourcesOf(program).some((source) => {
      const { clauses } = compileStages(source, permissiveEnv()).ast;
      return clauses.some(({ attachPoints }) => attachPoints.some(({ parts }) => hardwareProbes.has(parts[0] ?? '')));
    });
  }
  const carried = carriedManifest(readObject(program.object));
  const programs = 'manifest' in carried ? Object.values(carried.manifest.programs ?? {}) : [];
  return programs.some(({ event }) => event !== undefined && !softwareEvents.has(event));
}
