import { hasFeature } from '@bpfleet/kernel';
import { expect, test } from 'vitest';
import { kernelPlaces } from './kernel-places.ts';

test.each([
  ['kprobe/no_such_function_anywhere', 'function no_such_function_anywhere to probe'],
  ['fentry/no_such_function_anywhere', 'function no_such_function_anywhere to trace'],
  ['tracepoint/sched/no_such_event', 'tracepoint sched/no_such_event'],
  ['uprobe//no/such/file:main', 'file /no/such/file'],
])('%s is missing', (section, what) => expect(kernelPlaces.missing(section)).toBe(what));

test.each(['tracepoint/sched/sched_switch', 'raw_tp/sys_enter', 'uprobe/libc.so.6:getenv', 'perf_event'])(
  '%s is there, or nobody knows',
  (section) => expect(kernelPlaces.missing(section)).toBeNull(),
);

test('a function that is there', (context) => {
  if (!hasFeature('kprobe')) context.skip('this kernel has no kprobes');
  expect(kernelPlaces.missing('kprobe/vfs_read')).toBeNull();
});
