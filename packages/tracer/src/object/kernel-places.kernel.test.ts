import { hasFeature } from '@bpfleet/kernel';
import { expect, test } from 'vitest';
import { kernelPlaces } from './kernel-places.ts';

test.each([
  ['kprobe/no_such_function_anywhere', /no function no_such_function_anywhere to probe|no kprobes/],
  ['fentry/no_such_function_anywhere', /no function no_such_function_anywhere to trace|does not let programs trace/],
  ['tracepoint/sched/no_such_event', /^this kernel has no tracepoint sched\/no_such_event$/],
  ['lsm/no_such_hook', /no hook no_such_hook for programs|does not let programs trace/],
  ['uprobe//no/such/file:main', /^there is no file \/no\/such\/file$/],
])('%s is missing', (section, what) => expect(kernelPlaces().missing(section)).toMatch(what));

test('where there are no kprobes at all, that is why', (context) => {
  if (hasFeature('kprobe')) context.skip('this kernel has kprobes');
  expect(kernelPlaces().missing('kprobe/vfs_read')).not.toMatch(/no function/);
  expect(kernelPlaces().missing('ksyscall/kill')).toBe(kernelPlaces().missing('kprobe/vfs_read'));
});

test.each(['tracepoint/sched/sched_switch', 'raw_tp/sys_enter', 'uprobe/libc.so.6:getenv', 'perf_event'])(
  '%s is there, or nobody knows',
  (section) => expect(kernelPlaces().missing(section)).toBeNull(),
);

test('a function that is there', (context) => {
  if (!hasFeature('kprobe')) context.skip('this kernel has no kprobes');
  expect(kernelPlaces().missing('kprobe/vfs_read')).toBeNull();
});

test.each([
  [
    'tp_btf/of_a_module',
    false,
    /^of_a_module is of a module, whose types only .* CAP_SYS_ADMIN can have: kprobe\/ and raw_tp\/ need/,
  ],
  ['tp_btf/of_a_module', true, null],
  ['raw_tp/of_a_module', false, null],
  ['raw_tp/of_nobody', false, /^this kernel has no tracepoint of_nobody$/],
])('%s, where types of modules can be read: %s', (section, mayRead, what) => {
  const ownerOf = (symbol: string) => (symbol === '__tracepoint_of_a_module' ? 'module' : null);
  const missing = kernelPlaces({ ownerOf, mayReadModules: () => mayRead }).missing(section);
  if (what === null) expect(missing).toBeNull();
  else expect(missing).toMatch(what);
});

test('a function that is notrace, as inline ones are where they were not inlined', (context) => {
  if (!hasFeature('fentry')) context.skip('this kernel has no fentry');
  const places = kernelPlaces({ isPatchable: (name) => name !== 'vfs_read' });
  expect(places.missing('fentry/vfs_read')).toBe('this kernel has vfs_read, but no room in it for a tracer (notrace)');
  expect(places.missing('fentry/vfs_write')).toBeNull();
});
