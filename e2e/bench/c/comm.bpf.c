#include "common.bpf.h"

struct comm {
  char text[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 4096);
  __type(key, struct comm);
  __type(value, u64);
} calls SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int by_comm(void *ctx) {
  struct comm comm = {};
  u64 one = 1;
  bpf_get_current_comm(&comm, sizeof(comm));
  u64 *found = bpf_map_lookup_elem(&calls, &comm);
  if (found) (*found)++;
  else bpf_map_update_elem(&calls, &comm, &one, BPF_NOEXIST);
  return 0;
}
