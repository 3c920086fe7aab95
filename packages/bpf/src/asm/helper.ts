/** Kernel helper functions by number (`enum bpf_func_id`, linux/bpf.h), with the kernel that brought each. */
export const Helper = {
  map_lookup_elem: 1, // 3.19
  map_update_elem: 2, // 3.19
  map_delete_elem: 3, // 3.19
  probe_read: 4, // 4.1
  ktime_get_ns: 5, // 4.1
  trace_printk: 6, // 4.1
  get_prandom_u32: 7, // 4.1
  get_smp_processor_id: 8, // 4.1
  get_current_pid_tgid: 14, // 4.2
  get_current_uid_gid: 15, // 4.2
  get_current_comm: 16, // 4.2
  perf_event_output: 25, // 4.4
  get_stackid: 27, // 4.6
  get_current_task: 35, // 4.8
  probe_write_user: 36, // 4.8
  get_numa_node_id: 42, // 4.10
  probe_read_str: 45, // 4.11
  get_socket_cookie: 46, // 4.12; in tracing programs 5.12
  override_return: 58, // 4.16
  get_stack: 67, // 4.18
  get_current_cgroup_id: 80, // 4.18
  send_signal: 109, // 5.3
  skb_output: 111, // 5.5
  probe_read_user: 112, // 5.5
  probe_read_kernel: 113, // 5.5
  probe_read_user_str: 114, // 5.5
  probe_read_kernel_str: 115, // 5.5
  send_signal_thread: 117, // 5.6
  jiffies64: 118, // 5.6
  get_ns_current_pid_tgid: 120, // 5.7
  ktime_get_boot_ns: 125, // 5.8
  ringbuf_output: 130, // 5.8
  ringbuf_reserve: 131, // 5.8
  ringbuf_submit: 132, // 5.8
  ringbuf_discard: 133, // 5.8
  get_current_task_btf: 158, // 5.11
  d_path: 147, // 5.10
  for_each_map_elem: 164, // 5.13
  get_attach_cookie: 174, // 5.15
  loop: 181, // 5.17
  map_lookup_percpu_elem: 195, // 5.19
  ktime_get_tai_ns: 208, // 6.1
} as const;
export type HelperName = keyof typeof Helper;
