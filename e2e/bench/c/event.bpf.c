#include "common.bpf.h"

struct event {
  u64 at;
  u32 pid;
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 16 << 20);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int send(void *ctx) {
  struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) return 0;
  event->at = bpf_ktime_get_ns();
  event->pid = bpf_get_current_pid_tgid() >> 32;
  bpf_ringbuf_submit(event, 0);
  return 0;
}
