import type { AttachSpec } from '../spec/program-spec.ts';

/**
 * The section that tells libbpf's loaders what a program is and where it attaches. Where a section cannot say the
 * place - several functions at once, a timer, BEGIN - it only tells the kind of program, and the loader attaches it.
 * Source of the names: libbpf's Documentation/bpf/libbpf/program_types.rst.
 */
export function sectionName(attach: AttachSpec): string {
  switch (attach.kind) {
    case 'tracepoint':
      return `tracepoint/${attach.category}/${attach.event}`;
    case 'raw_tracepoint':
      return `raw_tracepoint/${attach.event}`;
    case 'tp_btf':
      return `tp_btf/${attach.event}`;
    case 'kprobe':
      if (attach.return) return `kretprobe/${attach.function}`;
      return `kprobe/${attach.function}${attach.offset === 0 ? '' : `+${attach.offset}`}`;
    case 'fentry':
    case 'fexit':
      return `${attach.kind}/${attach.function}`;
    case 'uprobe':
      return `${attach.return ? 'uretprobe' : 'uprobe'}/${attach.path}:${attach.offset}`;
    case 'kprobe_multi':
      return attach.return ? 'kretprobe.multi' : 'kprobe.multi';
    case 'uprobe_multi':
      return attach.return ? 'uretprobe.multi' : 'uprobe.multi';
    case 'iter':
      return `iter/${attach.iterator}`;
    case 'profile':
    case 'interval':
    case 'software':
    case 'hardware':
    case 'watchpoint':
      return 'perf_event';
    case 'begin':
    case 'end':
    case 'signal':
    case 'test':
    case 'bench':
      return 'raw_tracepoint';
  }
}
