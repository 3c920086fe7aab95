import { expect, test } from 'vitest';
import { helperKernel } from './helper-kernels.ts';
import { helperNumber } from './helper-names.ts';

test.each([
  ['map_lookup_elem', '5.4'],
  ['probe_read_kernel', '5.5'],
  ['jiffies64', '5.6'],
  ['ringbuf_output', '5.8'],
  ['d_path', '5.10'],
  ['for_each_map_elem', '5.13'],
  ['get_attach_cookie', '5.15'],
  ['loop', '5.17'],
  ['map_lookup_percpu_elem', '5.19'],
  ['ktime_get_tai_ns', '6.1'],
  ['cgrp_storage_delete', '6.2'],
])('bpf_%s came with %s', (name, kernel) => {
  expect(helperKernel(helperNumber(name) ?? 0)).toBe(kernel);
});

test.each([0, 212])('there is no helper %i', (id) => {
  expect(helperKernel(id)).toBeUndefined();
});
