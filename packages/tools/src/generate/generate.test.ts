import { compileStages, permissiveEnv } from '@bpfleet/compiler';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadTool } from '../load-tool.ts';
import { ownLibrary } from '../own-library.ts';
import { readWords } from '../parameters/read-words.ts';
import { toolProgram } from '../tool-program.ts';
import { type GeneratorName, generatorNames } from './generator-names.ts';

const tools = new Map(generatorNames.map((name) => [name, loadTool(`${ownLibrary}${name}`)]));

function scriptOf(name: GeneratorName, ...words: string[]): string {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return toolProgram(tool, readWords(tool.manifest, words)).variants[0]?.source ?? '';
}

/** All that is said of a script on a kernel that nothing is known of. */
const said = (source: string) => compileStages(source, permissiveEnv()).diagnostics.map(({ message }) => message);

describe('what people type for BCC becomes a script that compiles', () => {
  test.each<[GeneratorName, string[], string[]]>([
    [
      'trace',
      ['do_sys_openat2 "%s", arg2@user'],
      ['kprobe:do_sys_openat2\n', '%s\\n", pid, tid, comm, "do_sys_openat2", str(uptr(arg1)))'],
    ],
    ['trace', ['p::do_sys_openat2 "%s", filename'], ['fentry:do_sys_openat2\n', 'str(args.filename)']],
    [
      'trace',
      ['p::do_sys_openat2(int dfd, const char __user *filename) "%d %s", dfd, filename'],
      ['kprobe:do_sys_openat2\n', '((int32)arg0), str(uptr(arg1))'],
    ],
    ['trace', ['r:c:malloc "%llx", retval'], ['uretprobe:libc:malloc\n', '%llx\\n']],
    ['trace', ['r::vfs_read ((int)$retval < 0) "%d", $retval'], ['kretprobe:vfs_read\n', '((int32)retval < 0)']],
    ['trace', ['c:open (arg2 == 42) "%s %d", arg1, arg2'], ['uprobe:libc:open\n', '(arg1 == 42)', 'str(arg0), arg1']],
    ['trace', ['-p', '185', 'sys_write'], ['if (pid == 185)']],
    [
      'trace',
      ['t:block:block_rq_issue "%d", args->nr_sector'],
      ['tracepoint:block:block_rq_issue\n', 'args->nr_sector'],
    ],
    [
      'trace',
      ['u:pthread:pthread_create (arg4 != 0) "%U", arg3'],
      ['usdt:pthread:pthread_create\n', 'usym(arg2)', '(arg3 != 0)'],
    ],
    ['trace', ['p:c:open (STRCMP("test.txt", arg1)) "opening"'], ['(str(arg0) == "test.txt")']],
    ['trace', ['tcp_v4_connect "%K", ((struct sock *)arg1)->sk_prot'], ['ksym(((struct sock *)arg0)->sk_prot)']],
    ['trace', ['-K', 'vfs_read'], ['kstack);', '%s\\n']],
    ['trace', ['vfs_read', 'vfs_write "%d", $pid'], ['kprobe:vfs_read\n', 'kprobe:vfs_write\n', '"vfs_write", tid)']],
    [
      'argdist',
      ['-H', 'p::__kmalloc(size_t size):size_t:size#sizes'],
      ['kprobe:__kmalloc\n', '@hist["sizes"] = hist(arg0);'],
    ],
    ['argdist', ['-H', 'p::__kmalloc(u64 size):u64:size:size > 16'], ['if ((arg0 > 16))']],
    ['argdist', ['-C', 'p:c:open(char *path):char *:path'], ['uprobe:libc:open\n', ', str(arg0)] = count();']],
    ['argdist', ['-C', 'r:c:gets():char*:(char*)$retval:$retval > 0'], ['uretprobe:libc:gets\n']],
    [
      'argdist',
      ['-H', 'r::vfs_read():u64:$latency/1000'],
      [
        'kprobe:vfs_read { @hist_start[tid] = nsecs; }',
        'hist((nsecs - @hist_start[tid]) / 1000)',
        'END { clear(@hist_start); }',
      ],
    ],
    [
      'argdist',
      ['-C', 't:irq:irq_handler_entry:int:args->irq'],
      ['tracepoint:irq:irq_handler_entry\n', 'args->irq] = count();'],
    ],
    ['argdist', ['-C', 'p::tcp_sendmsg():u32,u64:$tgid,arg3#sends'], ['@counts["sends", (pid, arg2)] = count();']],
    ['argdist', ['-H', 'r::vfs_read'], ['hist(retval)']],
    ['funccount', ['vfs_*'], ['kprobe:vfs_*\n']],
    ['funccount', ['c:*alloc', '-p', '7'], ['uprobe:libc:*alloc /pid == 7/']],
    ['funccount', ['t:block:*'], ['tracepoint:block:*\n']],
    ['stackcount', ['submit_bio'], ['kprobe:submit_bio\n', 'kstack(32)']],
    ['stackcount', ['c:malloc', '-D', '10'], ['uprobe:libc:malloc\n', 'ustack(10)']],
    ['funclatency', ['-p', '9', 'vfs_read'], ['kprobe:vfs_read /pid == 9/', 'kretprobe:vfs_read /@depth[tid] > 0/']],
  ])('%s %j', (name, words, parts) => {
    const source = scriptOf(name, ...words);
    for (const part of parts) expect(source).toContain(part);
    expect(said(source).filter((message) => !/cast|discarded/.test(message))).toEqual([]);
  });
});

describe('what makes no sense is told', () => {
  test.each<[GeneratorName, string[], RegExp]>([
    ['trace', ['vfs_read "%s"'], /1 conversions, and there are 0 arguments/],
    ['trace', ['vfs_read "%q", arg1'], /there is no %q/],
    ['trace', ['vfs_read (arg1'], /a bracket is not closed/],
    ['trace', ['t:sched:sched_switch "%d", arg1'], /fields by name: args->NAME/],
    ['trace', ['vfs_read "%d", system(1)'], /there is no function system/],
    ['trace', ['vfs_read "%d", $nope'], /there is no \$nope/],
    ['trace', ['t:sched_switch'], /no tracepoint: write t:CATEGORY:EVENT/],
    ['trace', ['a:b:c:d'], /too many parts/],
    ['argdist', [], /give what to measure/],
    ['argdist', ['-H', 'p::f:u64,u64:arg1'], /2 types, and 1 expressions/],
    ['argdist', ['-H', 'p::f:u64:$latency'], /\$latency is of a return/],
    ['argdist', ['-C', 'vfs_read'], /write p:LIBRARY:FUNCTION/],
    ['funclatency', ['r:c:malloc'], /only a function has a latency/],
    ['funccount', ['vfs_read { }'], /is no name/],
  ])('%s %j', (name, words, message) => {
    expect(() => scriptOf(name, ...words)).toThrow(message);
  });
});

/** Bits of what could end a clause and begin another. */
const bits = fc.constantFrom(
  ...[
    'vfs_read',
    '"%d"',
    '"',
    ',',
    ' ',
    '(',
    ')',
    'arg1',
    '}',
    '{',
    ';',
    '/',
    '\n',
    '\\',
    ':',
    '#',
    'BEGIN',
    '@',
    '->',
    '$',
    '//',
    '/*',
    '*/',
    'p::f',
    'u64',
    'system("x")',
    '$latency',
    'LATENCY_',
    '%s',
    '`',
    "'",
    '=',
  ],
);

test('whatever is typed, there is one clause for each probe that was asked for, or it is refused', () => {
  const words: readonly [GeneratorName, string, number][] = [
    ['trace', '--probe', 1],
    ['argdist', '--hist', 3],
    ['argdist', '--count', 3],
    ['funccount', '--pattern', 1],
    ['stackcount', '--pattern', 1],
    ['funclatency', '--pattern', 3],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...words),
      fc.constantFrom('', 'vfs_read ', 'vfs_read "%d", ', 'p::f:u64:', 'r::f(int a):u64:'),
      fc.array(fc.oneof(bits, fc.string({ maxLength: 3 })), { maxLength: 8 }),
      ([name, option, most], begin, rest) => {
        let source: string;
        try {
          source = scriptOf(name, `${option}=${begin}${rest.join('')}`);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ParameterError' });
          return;
        }
        const { ast } = compileStages(source, permissiveEnv());
        expect(ast.clauses.length, source).toBeLessThanOrEqual(most);
        expect(source.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')).not.toMatch(/system|BEGIN/);
      },
    ),
    { numRuns: 3_000 },
  );
});
