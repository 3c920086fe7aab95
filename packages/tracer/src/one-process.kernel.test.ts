import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { MapState } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { loadTrace } from './index.ts';

/** A shell that calls kill(2) through the C library, and takes page faults, once told to go. */
function startShell() {
  const child = spawn('/bin/sh', ['-c', 'read go; i=0; while [ $i -lt 200 ]; do kill -0 $$; i=$((i+1)); done'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return { pid: child.pid ?? 0, go: () => child.stdin.write('go\n'), exited: once(child, 'exit') };
}

async function traceOne(script: string) {
  const [watched, other] = [startShell(), startShell()];
  const trace = await loadTrace({ kind: 'script', source: script, pid: watched.pid });
  try {
    trace.attach();
    watched.go();
    other.go();
    await Promise.all([watched.exited, other.exited]);
    trace.detach();
    return { pid: watched.pid, seen: keysOf(trace.readMaps()) };
  } finally {
    trace.close();
  }
}

function keysOf([map]: readonly MapState[]): (string | undefined)[] {
  return [...(map?.entries.values() ?? [])].map(({ key }) => key.join());
}

describe('with a process to watch, of others nothing is seen by', () => {
  test.each([
    ['tracepoints of system calls', 'tracepoint:syscalls:sys_enter_kill { @[pid] = count(); }'],
    ['tracepoints', 'tracepoint:raw_syscalls:sys_enter { @[pid] = count(); }'],
    ['raw tracepoints', 'rawtracepoint:sys_enter { @[pid] = count(); }'],
    ['functions of a library', 'uprobe:libc:kill { @[pid] = count(); }'],
    ['entries and returns', 'uprobe:libc:kill, uretprobe:libc:kill { @[pid] = count(); }'],
    ['counters', 'software:page-faults:1 { @[pid] = count(); }'],
  ])('%s', async (_title, script) => {
    const { pid, seen } = await traceOne(script);
    expect(seen).toEqual([`${pid}`]);
  });

  test('clocks', async () => {
    const { pid, seen } = await traceOne('profile:us:100 { @[pid] = count(); }');
    expect(seen.filter((key) => key !== `${pid}`)).toEqual([]);
  });
});
