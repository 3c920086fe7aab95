import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** What an iterator writes is text, a line an event; the session is over once it is read. */
export default {
  name: 'ELF object: an iterator as text',
  needs: ['iter', 'btf'],
  object: `
    struct seq_file;
    struct bpf_iter_meta { struct seq_file *seq; } __attribute__((preserve_access_index));
    struct task_struct { int pid; int tgid; } __attribute__((preserve_access_index));
    struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } __attribute__((preserve_access_index));
    SEC("iter/task") int dump(struct bpf_iter__task *ctx) {
      static const char format[] = "task %d of %d\\n";
      struct task_struct *task = ctx->task;
      __u64 values[2];
      if (!task || task->pid != task->tgid) return 0;
      values[0] = task->pid;
      values[1] = task->tgid;
      bpf_seq_printf(ctx->meta->seq, format, sizeof(format), values, sizeof(values));
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  check: ({ printed }) => {
    assert.ok(printed.length > 0, 'no process');
    for (const line of printed) assert.match(line, /^task (\d+) of \1\n$/);
  },
} satisfies FleetCase;
