import { readdirSync, readFileSync } from 'node:fs';
import type { KernelFeature } from '@bpfleet/compiler';
import { GetppidWorkload } from '@bpfleet/testkit';
import { describe, expect, test } from 'vitest';
import { parseScriptCases, runScriptCase, type ScriptCase } from './testing/index.ts';
import { loadAsOlder } from './testing/load-as-older.ts';
import { TraceError } from './trace-error.ts';

/**
 * What kernel 5.4 lacks of what the compiler makes use of. No such kernel is at hand: the case files run here, compiled as if
 * this one were as old.
 */
const lacksOf54: readonly KernelFeature[] = [
  ...(['probe_read_user', 'jiffies', 'signal_thread', 'ns_pid', 'boot_time', 'ringbuf'] as const),
  ...(['raw_tracepoint_test_run', 'atomic_fetch', 'percpu_lookup', 'long_key', 'for_each_map_elem', 'loop'] as const),
  ...(['signed_division', 'tai', 'fentry', 'tp_btf', 'iter', 'kprobe_multi', 'uprobe_multi'] as const),
];
const NEWER = /\b(needs?|need) .*\b\d+\.\d+\b|\b\d+\.\d+ can\b/;

const folder = new URL('../../compiler/cases/', import.meta.url);

/** What it printed, or what the kernel would have to be. */
async function outcomeOf(one: ScriptCase): Promise<{ readonly printed: string; readonly left: bigint } | string> {
  try {
    return await runScriptCase(one, (script) => loadAsOlder(script, lacksOf54));
  } catch (error) {
    const errors = error instanceof TraceError ? error.diagnostics.filter(({ severity }) => severity === 'error') : [];
    const [first] = errors;
    if (first === undefined || !errors.every(({ message }) => NEWER.test(message))) throw error;
    return first.message;
  }
}

test('what a buffer of a CPU has no room for is counted by who prints it', async () => {
  const workload = await GetppidWorkload.start();
  const source = `config = { perf_rb_pages = 16 } tracepoint:syscalls:sys_enter_getppid /pid == ${workload.pid}/ { @n++; printf("%d\\n", @n); }`;
  const trace = await loadAsOlder({ kind: 'script', source }, lacksOf54);
  try {
    trace.attach();
    expect(await workload.calls(20_000)).toBe(20_000);
    trace.detach();
    const printed = trace.drain().length;
    expect(printed).toBeGreaterThan(100);
    expect(BigInt(printed) + trace.losses().kernel).toBe(20_000n);
    expect(trace.losses().kernel).toBeGreaterThan(0n);
  } finally {
    trace.close();
    await workload.close();
  }
});

for (const file of readdirSync(folder).sort()) {
  describe(file.replace('.txt', ''), () => {
    for (const one of parseScriptCases(readFileSync(new URL(file, folder), 'utf8'))) {
      test(one.title, async (context) => {
        const outcome = await outcomeOf(one);
        if (typeof outcome === 'string') context.skip(outcome);
        expect(outcome).toEqual({ printed: one.output, left: 0n });
      });
    }
  });
}
