/** An event that perf counts. */
export interface CounterEvent {
  readonly name: string;
  readonly alias?: string;
  /** Its number among those of its type: `enum perf_sw_ids` or `enum perf_hw_id` (linux/perf_event.h). */
  readonly config: number;
  /** How many events make the probe fire, where the script does not say: as bpftrace has it. */
  readonly period: bigint;
}

/** What the kernel itself counts. */
export const softwareEvents: readonly CounterEvent[] = [
  { name: 'alignment-faults', config: 7, period: 1n },
  { name: 'bpf-output', config: 10, period: 1n },
  { name: 'context-switches', alias: 'cs', config: 3, period: 1000n },
  { name: 'cpu-clock', alias: 'cpu', config: 0, period: 1_000_000n },
  { name: 'cpu-migrations', config: 4, period: 1n },
  { name: 'dummy', config: 9, period: 1n },
  { name: 'emulation-faults', config: 8, period: 1n },
  { name: 'major-faults', config: 6, period: 1n },
  { name: 'minor-faults', config: 5, period: 100n },
  { name: 'page-faults', alias: 'faults', config: 2, period: 100n },
  { name: 'task-clock', config: 1, period: 1n },
];

/** What the CPU counts. */
export const hardwareEvents: readonly CounterEvent[] = [
  { name: 'backend-stalls', config: 8, period: 1_000_000n },
  { name: 'branch-instructions', alias: 'branches', config: 4, period: 100_000n },
  { name: 'branch-misses', config: 5, period: 100_000n },
  { name: 'bus-cycles', config: 6, period: 100_000n },
  { name: 'cache-misses', config: 3, period: 1_000_000n },
  { name: 'cache-references', config: 2, period: 1_000_000n },
  { name: 'cpu-cycles', alias: 'cycles', config: 0, period: 1_000_000n },
  { name: 'frontend-stalls', config: 7, period: 1_000_000n },
  { name: 'instructions', config: 1, period: 1_000_000n },
  { name: 'ref-cycles', config: 9, period: 1_000_000n },
];
