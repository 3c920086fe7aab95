import { readFileSync } from 'node:fs';
import type { FileDescriptor } from '../ffi/file-descriptor.ts';
import { addressOf } from '../ffi/native.ts';
import { KernelError } from '../kernel-error.ts';
import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from './open-perf-event.ts';

export type ProbePmu = 'kprobe' | 'uprobe';

/** kprobe: the function's name and the offset within it; uprobe: the file's path and the offset within that. */
interface ProbePlace {
  readonly subject: string;
  readonly offset: number;
  readonly return: boolean;
}

/** What sysfs says of a PMU. */
interface Pmu {
  readonly type: number;
  /** Which bit of config asks for the return instead of the entry. */
  readonly returnBit: bigint;
}

const pmus = new Map<ProbePmu, Pmu>();

/**
 * A perf event of the kernel's kprobe or uprobe PMU (kernel 4.17), for every process and on every CPU: the CPU it is
 * opened on does not matter, a program that is attached runs on all. `what` as in `errnoError`.
 */
export function openProbeEvent(pmu: ProbePmu, place: ProbePlace, what: string): FileDescriptor {
  const { type, returnBit } = describePmu(pmu);
  // The kernel copies the text while it opens the event.
  const subject = Buffer.from(`${place.subject}\0`);
  const spec = {
    kind: 'pmu',
    type,
    config: place.return ? 1n << returnBit : 0n,
    config1: addressOf(subject),
    config2: BigInt(place.offset),
  } as const;
  return openPerfEvent(spec, onlineCpus()[0] ?? 0, what);
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
  const described = { type: Number(type), returnBit: BigInt(bit) };
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
