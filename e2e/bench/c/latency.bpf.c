#include "common.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, u32);
  __type(value, u64);
} starts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 65);
  __type(key, u32);
  __type(value, u64);
} buckets SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int enter(void *ctx) {
  u32 tid = bpf_get_current_pid_tgid();
  u64 start = bpf_ktime_get_ns();
  bpf_map_update_elem(&starts, &tid, &start, BPF_ANY);
  return 0;
}

SEC("tracepoint/syscalls/sys_exit_getppid")
int leave(void *ctx) {
  u32 tid = bpf_get_current_pid_tgid();
  u64 *start = bpf_map_lookup_elem(&starts, &tid);
  if (!start) return 0;
  u32 slot = bucket(bpf_ktime_get_ns() - *start);
  u64 *found = bpf_map_lookup_elem(&buckets, &slot);
  if (found) (*found)++;
  bpf_map_delete_elem(&starts, &tid);
  return 0;
}
