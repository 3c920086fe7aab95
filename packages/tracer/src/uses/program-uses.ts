/** What a program asks of a node, by names that a policy may forbid. */
export interface ProgramUses {
  /** As `bpfleet probes` lists them, such as `kprobe:vfs_read`; of an object's section that has wildcards, with them. */
  readonly probes: readonly string[];
  /** Functions and builtins of the script's language, and the kernel's helpers with `bpf_`. */
  readonly functions: readonly string[];
}

/** What a node forbids: search patterns over the names of ProgramUses. A helper may be named without its `bpf_`. */
export interface Denied {
  readonly probes: readonly string[];
  readonly functions: readonly string[];
}
