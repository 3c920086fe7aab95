#include "common.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 65);
  __type(key, u32);
  __type(value, u64);
} buckets SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int hist(void *ctx) {
  u32 slot = bucket(bpf_ktime_get_ns());
  u64 *found = bpf_map_lookup_elem(&buckets, &slot);
  if (found) (*found)++;
  return 0;
}
