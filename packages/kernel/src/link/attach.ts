import type { AttachSpec } from '@bpfleet/bpf';
import { attachCounter } from './attach-counter.ts';
import { runIterator } from './attach-iterator.ts';
import { attachMulti } from './attach-multi.ts';
import { attachProbe } from './attach-probe.ts';
import { attachRawTracepoint } from './attach-raw-tracepoint.ts';
import { attachSignal } from './attach-signal.ts';
import { attachInterval, attachProfile } from './attach-timer.ts';
import { attachTracepoint } from './attach-tracepoint.ts';
import { attachTracing } from './attach-tracing.ts';
import { attachWatchpoint } from './attach-watchpoint.ts';
import type { Link } from './link.ts';

/** What `attach` takes: everything but the programs that are only run once. */
export type AttachPoint = Exclude<AttachSpec, { kind: 'begin' | 'end' | 'test' | 'bench' }>;

/** Attaches a loaded program. Throws `KernelError`, and then nothing stays attached. */
export function attach(programFd: number, point: AttachPoint): Link {
  switch (point.kind) {
    case 'tracepoint':
      return attachTracepoint(programFd, point.category, point.event);
    case 'kprobe':
    case 'uprobe':
      return attachProbe(programFd, point);
    case 'fentry':
    case 'fexit':
      return attachTracing(programFd, point.kind, point.function);
    case 'kprobe_multi':
    case 'uprobe_multi':
      return attachMulti(programFd, point);
    case 'iter':
      return runIterator(programFd, point.iterator);
    case 'tp_btf':
      return attachTracing(programFd, 'rawtracepoint', point.event);
    case 'raw_tracepoint':
      return attachRawTracepoint(programFd, point.event);
    case 'profile':
      return attachProfile(
        programFd,
        'frequency' in point
          ? { kind: 'cpu-clock', frequency: point.frequency }
          : { kind: 'cpu-clock', periodNs: point.periodNs },
      );
    case 'software':
    case 'hardware':
      return attachCounter(programFd, point);
    case 'watchpoint':
      return attachWatchpoint(programFd, point);
    case 'signal':
      return attachSignal(programFd, point.signal);
    case 'interval':
      return attachInterval(programFd, point.periodNs);
  }
}
