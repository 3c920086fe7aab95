import { type CompileEnv, compile, parseTracepointFormat, permissiveEnv } from '@bpfleet/compiler';

/** What a page compiles for: two tracepoints as the kernel describes them, and every feature. */
function envFor(arch: CompileEnv['arch']): CompileEnv {
  const names = ['sys_enter_kill', 'sys_enter_write'].map((event) => ({ category: 'syscalls', event }));
  return {
    ...permissiveEnv(),
    arch,
    cpus: 4,
    unsafe: true,
    mayReadFiles: true,
    tracepoints: {
      tracepoint: (_, event) => (event.startsWith('sys_enter_') ? parseTracepointFormat(format(event)) : undefined),
      list: () => names,
    },
  };
}

function format(event: string): string {
  const fields = event.endsWith('kill')
    ? ['pid_t pid;\toffset:16;\tsize:8;\tsigned:0;', 'int sig;\toffset:24;\tsize:8;\tsigned:0;']
    : [
        'unsigned int fd;\toffset:16;\tsize:8;\tsigned:0;',
        'const char * buf;\toffset:24;\tsize:8;\tsigned:0;',
        'size_t count;\toffset:32;\tsize:8;\tsigned:0;',
      ];
  const common = [
    'unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;',
    'int common_pid;\toffset:4;\tsize:4;\tsigned:1;',
  ];
  const lines = (list: readonly string[]) => list.map((field) => `\tfield:${field}\n`).join('');
  return `name: ${event}\nID: 700\nformat:\n${lines(common)}\n${lines(['int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;', ...fields])}\n`;
}

/** Everything that comes of a script as one text: instructions, maps, layouts and diagnostics. */
export function compileToText(source: string, arch: CompileEnv['arch']): string {
  return JSON.stringify(compile(source, envFor(arch)), (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Map) return [...value];
    if (value instanceof Uint8Array) return [...value];
    return value;
  });
}
