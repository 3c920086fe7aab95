#include "common.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, u64);
} calls SEC(".maps");

// The same on the raw tracepoint of all calls, which is cheaper although it has to choose.
SEC("raw_tracepoint/sys_enter")
int count_raw(struct bpf_raw_tracepoint_args *ctx) {
  u32 zero = 0;
  if (ctx->args[1] != __NR_getppid) return 0;
  u64 *found = bpf_map_lookup_elem(&calls, &zero);
  if (found) (*found)++;
  return 0;
}
