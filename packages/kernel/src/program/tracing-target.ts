import type { AttachSpec } from '@bpfleet/bpf';
import type { TracingTarget } from './load-program.ts';

/** `enum bpf_attach_type` (linux/bpf.h). */
export const BPF_TRACE_FENTRY = 24;
const BPF_TRACE_FEXIT = 25;
export const BPF_TRACE_RAW_TP = 23;
export const BPF_TRACE_ITER = 28;
export const BPF_TRACE_KPROBE_MULTI = 42;
export const BPF_TRACE_UPROBE_MULTI = 48;

/** A TRACING program is bound to its function or tracepoint when it is loaded, one for many functions to that; others to nothing. */
export function tracingTarget(attach: AttachSpec): TracingTarget | null {
  if (attach.kind === 'tp_btf') return { attachType: BPF_TRACE_RAW_TP, btfId: attach.btfId };
  if (attach.kind === 'kprobe_multi') return { attachType: BPF_TRACE_KPROBE_MULTI, btfId: 0 };
  if (attach.kind === 'uprobe_multi') return { attachType: BPF_TRACE_UPROBE_MULTI, btfId: 0 };
  if (attach.kind === 'iter') return { attachType: BPF_TRACE_ITER, btfId: attach.btfId };
  if (attach.kind !== 'fentry' && attach.kind !== 'fexit') return null;
  return { attachType: attach.kind === 'fentry' ? BPF_TRACE_FENTRY : BPF_TRACE_FEXIT, btfId: attach.btfId };
}
