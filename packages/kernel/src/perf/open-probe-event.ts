import { readFileSync } from 'node:fs';
import type { FileDescriptor } from '../ffi/file-descriptor.ts';
import { addressOf } from '../ffi/native.ts';
import { KernelError } from '../kernel-error.ts';
import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from './open-perf-event.ts';
import { perfForRootAlone } from './paranoid.ts';

export type ProbePmu = 'kprobe' | 'uprobe';

/** kprobe: the function's name and the offset within it; uprobe: the file's path and the offset within that. */
interface ProbePlace {
  readonly subject: string;
  readonly offset: number;
  readonly return: boolean;
  /** uprobe: see AttachSpec. */
  readonly semaphore?: number;
  readonly pid?: number;
}

/** What sysfs says of a PMU. */
interface Pmu {
  readonly type: number;
  /** Which bit of config asks for the return instead of the entry. */
  readonly returnBit: bigint;
  /** The first of the bits of config that hold the offset of the semaphore; null where this kernel has none. */
  readonly semaphoreBit: bigint | null;
}

const pmus = new Map<ProbePmu, Pmu>();

/**
 * A perf event of the kernel's kprobe or uprobe PMU (kernel 4.17), for every process and on every CPU: the CPU it is
 * opened on does not matter, a program that is attached runs on all. `what` as in `errnoError`.
 */
export function openProbeEvent(pmu: ProbePmu, place: ProbePlace, what: string): FileDescriptor {
  const { type, returnBit, semaphoreBit } = describePmu(pmu);
  const semaphore = place.semaphore ?? 0;
  if (semaphore > 0 && semaphoreBit === null) {
    const message = `cannot ${what}: the program counts who listens to this probe, which needs kernel 4.20`;
    throw new KernelError('NOFEATURE', message);
  }
  // The kernel copies the text while it opens the event.
  const subject = Buffer.from(`${place.subject}\0`);
  const spec = {
    kind: 'pmu',
    type,
    config: (place.return ? 1n << returnBit : 0n) | (BigInt(semaphore) << (semaphoreBit ?? 0n)),
    config1: addressOf(subject),
    config2: BigInt(place.offset),
  } as const;
  try {
    if (place.pid !== undefined) return openPerfEvent(spec, -1, what, place.pid);
    return openPerfEvent(spec, onlineCpus()[0] ?? 0, what);
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== 'EACCES' || perfForRootAlone() !== null) throw error;
    // Of uprobes most kernels want it although CAP_PERFMON is for that.
    const advice = `this kernel gives ${pmu}s only to CAP_SYS_ADMIN`;
    throw new KernelError('EACCES', `cannot ${what}: EACCES: ${advice}`, { cause: error });
  }
}

function describePmu(pmu: ProbePmu): Pmu {
  const known = pmus.get(pmu);
  if (known !== undefined) return known;
  const type = readPmu(pmu, 'type');
  if (type === null) {
    const option = pmu === 'kprobe' ? 'CONFIG_KPROBES, CONFIG_KPROBE_EVENTS' : 'CONFIG_UPROBES, CONFIG_UPROBE_EVENTS';
    throw new KernelError('NOFEATURE', `this kernel has no ${pmu}s (${option})`);
  }
  // `config:0`
  const bit = /\d+/.exec(readPmu(pmu, 'format/retprobe') ?? '')?.[0] ?? 0;
  // `config:32-63`
  const semaphore = /\d+/.exec(readPmu(pmu, 'format/ref_ctr_offset') ?? '')?.[0];
  const semaphoreBit = semaphore === undefined ? null : BigInt(semaphore);
  const described = { type: Number(type), returnBit: BigInt(bit), semaphoreBit };
  pmus.set(pmu, described);
  return described;
}

function readPmu(pmu: ProbePmu, file: string): string | null {
  try {
    return readFileSync(`/sys/bus/event_source/devices/${pmu}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
