import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renderMap } from '@bpfleet/aggregate';
import type { ScriptProgram, Trace } from '../api.ts';
import { loadTrace } from '../load-trace.ts';
import type { ScriptCase } from './script-case.ts';

/** A command that goes on for longer is ended; emulated machines take some seconds for what takes milliseconds. */
const LONGEST_MS = 120_000;

const killNumber = process.arch === 'x64' ? 62 : 129;

/**
 * Runs a case in this kernel and returns what it printed, without the end of its last line, and how many runs of its
 * programs the kernel left out or what it printed and the ring did not take. `{{pid}}` in the program is the
 * process of the command, `{{kill}}` in both the number of kill(2). Throws TraceError.
 */
export async function runScriptCase(
  { program, run: command }: ScriptCase,
  load: (script: ScriptProgram) => Promise<Trace> = loadTrace,
): Promise<{ readonly printed: string; readonly left: bigint }> {
  const values: Record<string, string> = { kill: `${killNumber}` };
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
  const child = spawn('/bin/sh', ['-c', `read go; ${fill(command ?? 'true')}`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const deadline = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  values.pid = `${child.pid}`;
  try {
    const trace = await load({
      kind: 'script',
      source: fill(program),
      allow: { unsafe: true, readFiles: true, writeFiles: true },
    });
    try {
      trace.attach();
      child.stdin.write('go\n');
      await exited;
      trace.detach();
      const events = trace.drain().map(({ text }) => text);
      const printed = [...events, ...trace.readMaps().map((map) => renderMap(map))].join('').trimEnd();
      return { printed, left: trace.losses().kernel };
    } finally {
      trace.close();
    }
  } finally {
    clearTimeout(deadline);
    child.kill('SIGKILL');
  }
}
