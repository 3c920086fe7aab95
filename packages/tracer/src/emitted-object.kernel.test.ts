import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectOf, writeObject } from '@bpfleet/bpf';
import { compile } from '@bpfleet/compiler';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileEnv } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfleet-emitted-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The names of the programs that bpftool loads of an object, from its debug messages: nothing is pinned for longer. */
function loadWithBpftool(object: Uint8Array): {
  readonly status: number | null;
  readonly programs: string[];
  readonly text: string;
} {
  const file = join(folder, 'emitted.bpf.o');
  writeFileSync(file, object);
  const mount = join(folder, 'bpf');
  const script =
    'mkdir "$2" && mount -t bpf bpf "$2" && bpftool prog loadall "$1" "$2/programs" >&2 && ls "$2/programs"';
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', file, mount], {
    encoding: 'utf8',
  });
  return { status, programs: stdout.split('\n').filter((name) => name !== ''), text: stderr };
}

test.each<[string, string, number]>([
  ['a count', 'tracepoint:sched:sched_switch { @ = count(); }', 1],
  ['aggregates by key', 'tracepoint:sched:sched_switch { @h[comm] = hist(pid); @s = sum(cpu); @m = max(nsecs); }', 1],
  ['BEGIN, END, timers', 'BEGIN { printf("%s\\n", "begin"); } interval:s:1 { print(@); clear(@); } END { @ = 1; }', 3],
  ['values that are addressed', 'BEGIN { @x++; @y = "text"; $a = @y; print($a); }', 1],
  ['loops by callback', 'BEGIN { @[1] = 2; for ($kv : @) { print($kv.1); } for ($i : 0..cpu) { @n = $i; } }', 1],
  ['stacks', 'profile:hz:99 { @[kstack, ustack(3)] = count(); }', 1],
  ['all system calls', 'tracepoint:syscalls:sys_enter_* { @[probe] = count(); }', 1],
])('bpftool loads what is emitted: %s', (_name, script, programs) => {
  const { spec, diagnostics } = compile(script, compileEnv());
  expect(diagnostics).toEqual([]);
  if (spec === undefined) throw new Error('the script does not compile');
  const loaded = loadWithBpftool(writeObject(objectOf(spec)));
  expect(loaded.text).not.toContain('Error');
  expect(loaded).toMatchObject({ status: 0 });
  expect(loaded.programs).toHaveLength(programs);
});
