/** What people start often, of probes that every kernel has. */
export const agentScripts: Readonly<Record<string, string>> = {
  'calls by program': 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }',
  'run queue latency': `tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new { @queued[args.pid] = nsecs; }
tracepoint:sched:sched_switch {
  if (args.prev_state == 0) { @queued[args.prev_pid] = nsecs; }
  if (@queued[args.next_pid]) { @us = hist((nsecs - @queued[args.next_pid]) / 1000); }
  delete(@queued, args.next_pid);
}`,
  'files opened': `tracepoint:syscalls:sys_enter_openat { @name[tid] = args.filename; }
tracepoint:syscalls:sys_exit_openat /@name[tid]/ {
  printf("%-6d %-16s %4d %s\\n", pid, comm, args.ret, str(@name[tid]));
  delete(@name, tid);
}`,
  'kernel stacks': 'profile:hz:99 { @[kstack] = count(); }',
};
