import { expect } from 'vitest';
import { compile } from './compile.ts';
import type { CompileEnv, KernelFeature, TracepointName } from './env.ts';
import { formatDiagnostic } from './source/format-diagnostic.ts';
import { parseTracepointFormat, type TracepointFormat } from './types/tracepoint-format.ts';

function format(name: string, ...fields: string[]): TracepointFormat {
  return parseTracepointFormat(
    `name: ${name}\nID: 1\nformat:\n${fields.map((field) => `\tfield:${field}\n`).join('')}`,
  );
}

const common = 'unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;';
const formats: Record<string, TracepointFormat> = {
  'syscalls:sys_enter_openat': format(
    'sys_enter_openat',
    common,
    'int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;',
    'int dfd;\toffset:16;\tsize:8;\tsigned:0;',
    'const char * filename;\toffset:24;\tsize:8;\tsigned:0;',
  ),
  'syscalls:sys_exit_openat': format('sys_exit_openat', common, 'long ret;\toffset:16;\tsize:8;\tsigned:1;'),
  'raw_syscalls:sys_enter': format(
    'sys_enter',
    common,
    'long id;\toffset:8;\tsize:8;\tsigned:1;',
    'unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;',
  ),
  'sched:sched_process_exec': format(
    'sched_process_exec',
    common,
    '__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;',
    'pid_t pid;\toffset:12;\tsize:4;\tsigned:1;',
  ),
};

/** What kernels have since 5.10, and 5.4 has not. */
export const since510: readonly KernelFeature[] = [
  ...(['probe_read_user', 'jiffies', 'signal_thread', 'ns_pid', 'boot_time', 'ringbuf'] as const),
  'raw_tracepoint_test_run',
];

/** A node with a few tracepoints and no kernel behind it. */
export const env: CompileEnv = {
  arch: 'x86-64',
  pageSize: 4096,
  cpus: 4,
  features: new Set([...since510, 'atomic_fetch', 'long_key']),
  tracepoints: {
    tracepoint: (category, event) => formats[`${category}:${event}`],
    list: () =>
      Object.keys(formats).map((name): TracepointName => {
        const [category = '', event = ''] = name.split(':');
        return { category, event };
      }),
  },
};

/** What is said of a script, as it is printed. */
export function messages(source: string, target: CompileEnv = env): string[] {
  return compile(source, target).diagnostics.map((diagnostic) => formatDiagnostic(source, 'stdin', diagnostic));
}

/** The spec and layout of a script without mistakes. */
export function compiled(source: string, target: CompileEnv = env) {
  const { spec, outputs, diagnostics } = compile(source, target);
  expect(diagnostics).toEqual([]);
  if (spec === undefined || outputs === undefined) throw new Error('no spec');
  return { spec, outputs };
}
