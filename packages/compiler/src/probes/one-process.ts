import { type CompileEnv, processOf } from '../env.ts';
import type { ProbeTarget } from './provider.ts';

/**
 * A probe for one process alone. Those on programs, memory and counters are attached to it, of `-p` or `-c`; those on
 * the kernel and on clocks see every process and leave out the others, of `-p`. BEGIN, END, intervals and iterators
 * are of no process.
 */
export function onlyOneProcess(target: ProbeTarget, env: CompileEnv): ProbeTarget {
  const { attach } = target;
  const process = processOf(env);
  switch (attach.kind) {
    case 'uprobe':
    case 'watchpoint':
      return process === undefined ? target : { ...target, attach: { ...attach, pid: process } };
    case 'software':
    case 'hardware':
      return env.process === undefined ? target : { ...target, attach: { ...attach, pid: env.process.pid } };
    case 'kprobe':
    case 'fentry':
    case 'fexit':
    case 'tracepoint':
    case 'raw_tracepoint':
    case 'tp_btf':
    case 'profile':
      return env.process === undefined ? target : { ...target, onlyPid: env.process.pid };
    default:
      return target;
  }
}
