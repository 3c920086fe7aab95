// What every hand-written program of the bench shares.
#pragma once
#include <linux/bpf.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

typedef unsigned long long u64;
typedef unsigned int u32;

// The bucket of a power of two: 0 for zero, then one more than the highest bit.
static __always_inline u32 bucket(u64 value) {
  u32 high = value >> 32, shift = 0, rest = high ? high : (u32)value;
  if (value == 0) return 0;
  if (rest > 0xffff) { rest >>= 16; shift += 16; }
  if (rest > 0xff) { rest >>= 8; shift += 8; }
  if (rest > 0xf) { rest >>= 4; shift += 4; }
  if (rest > 3) { rest >>= 2; shift += 2; }
  if (rest > 1) shift += 1;
  return shift + (high ? 32 : 0) + 1;
}
