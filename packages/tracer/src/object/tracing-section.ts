/**
 * Sections of programs that only watch, and that libbpf attaches by their name alone (libbpf's
 * docs/program_types.rst). Others change what a node does (xdp, lsm, fmod_ret, struct_ops), need more than a name
 * (perf_event), or can write to what they watch (raw_tp.w).
 */
const SECTION =
  /^(tracepoint|tp|raw_tracepoint|raw_tp|tp_btf|kprobe|kretprobe|kprobe\.multi|kretprobe\.multi|ksyscall|kretsyscall|fentry|fexit|fentry\.s|fexit\.s|uprobe|uretprobe|uprobe\.s|uretprobe\.s|usdt)\/./;

/** Whether a program of this section is one that traces and says to where it is attached. */
export function isTracingSection(section: string): boolean {
  return SECTION.test(section);
}
