import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MapState } from '@bpfleet/aggregate';
import { caseParameters, judgeCase, type Tool, type ToolCase, type Truths, toolProgram } from '@bpfleet/tools';
import type { Trace } from '../api.ts';
import { loadTrace } from '../load-trace.ts';
import { runTrace } from '../run-trace.ts';
import { TraceError } from '../trace-error.ts';
import { absentHere } from './absent-here.ts';

/** What became of a case: what is wrong, a sentence each; or why it cannot run here. */
export type ToolCaseEnd =
  | { readonly wrong: readonly string[]; readonly variant: string; readonly seen: ToolCaseSeen }
  | { readonly skipped: string };

/** For whoever writes the case: what the workload told, and what the tool left and printed. */
export interface ToolCaseSeen {
  readonly truths: Truths;
  readonly maps: readonly MapState[];
  readonly printed: string;
}

/** A workload, or what prepares it, that goes on for longer is ended: an emulated machine takes two minutes where each allocation is a stop. */
const LONGEST_MS = 240_000;

/**
 * Runs a tool in this kernel while its workload runs, and holds what it says against the case's bounds. Throws TraceError, and
 * Error where the workload could not be prepared.
 */
export async function runToolCase(tool: Tool, one: ToolCase): Promise<ToolCaseEnd> {
  const absent = absentHere(one);
  if (absent !== undefined) return { skipped: `it needs ${absent}, which is not here` };
  const workload = new Workload(one);
  try {
    await workload.waits;
    const { variants, arguments: words } = toolProgram(tool, caseParameters(one, workload.pid));
    const trace = await loadTrace({ kind: 'variants', variants, arguments: words, unnamed: 'place' });
    try {
      return { variant: trace.variant ?? '', ...(await measured(trace, tool, one, workload)) };
    } finally {
      trace.close();
    }
  } catch (error) {
    if (error instanceof TraceError && error.code === 'no-variant') return { skipped: error.message };
    throw error;
  } finally {
    workload.end();
  }
}

async function measured(trace: Trace, tool: Tool, one: ToolCase, workload: Workload) {
  const over = new AbortController();
  const printed: string[] = [];
  let working: Promise<void> | undefined;
  await runTrace(trace, {
    intervalMs: 1_000,
    signal: over.signal,
    stayAttached: true,
    onAttached: () => {
      working = workload
        .go()
        .then(() => sleep(one.settle))
        .finally(() => over.abort());
    },
    onWindow: ({ events }) => void printed.push(...events.map(({ text }) => text)),
  });
  await working;
  const maps = trace.readMaps();
  const { truths } = workload;
  const answer = { maps, printed: printed.join('') };
  const { kernel, ...others } = trace.losses();
  const lost = Object.entries(others).flatMap(([what, count]) =>
    count > one.lost && what !== 'truncated' && what !== 'readFailed' ? [`it lost ${count} (${what})`] : [],
  );
  const broken = judgeCase(one, tool.manifest, answer, truths);
  // A busy machine runs into a program that runs already, leaves that out and counts it: no mistake where the numbers hold.
  const left = broken.length > 0 && kernel > 0n ? [`the kernel left out ${kernel} runs`] : [];
  return { wrong: [...strayMaps(maps, tool), ...lost, ...broken, ...left], seen: { truths, ...answer } };
}

/** Maps that are left and no output, and outputs that are otherwise than the manifest says. */
function strayMaps(maps: readonly MapState[], { manifest }: Tool): string[] {
  const declared = new Map(manifest.outputs.map((output) => [output.map, output]));
  const wrong = maps.flatMap(({ schema, entries }) => {
    const output = declared.get(schema.name);
    declared.delete(schema.name);
    if (output === undefined)
      return entries.size === 0 ? [] : [`${schema.name} is left, and is no output of the manifest`];
    const parts = schema.key.length;
    return parts === output.keys.length
      ? []
      : [`${schema.name} has ${parts} parts in its key, and the manifest names ${output.keys.length}`];
  });
  return [...wrong, ...[...declared.keys()].map((map) => `the script has no ${map}`)];
}

function endedUnprepared(): never {
  throw new Error('its workload ended or was ended before it was prepared');
}

/** A shell that prepares, says when it has, waits until it is let go, then tells NAME=NUMBER, a line each. */
class Workload {
  readonly pid: number;
  /** What a shell does as it starts and prepares is not to be measured. Rejects where it ends before. */
  readonly waits: Promise<unknown>;
  readonly #truths = new Map<string, number>();
  readonly #child;
  readonly #exited: Promise<unknown[]>;
  readonly #told: Promise<unknown>;
  readonly #restore: string;
  #deadline: NodeJS.Timeout;

  constructor({ prepare, workload, restore }: ToolCase) {
    this.#restore = restore;
    // A group of its own, so that all it started ends with it.
    this.#child = spawn('/bin/sh', ['-c', `{ :; ${prepare}\n} >&2; echo waits; read go; ${workload}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.pid = this.#child.pid ?? 0;
    this.#exited = once(this.#child, 'exit');
    this.#deadline = setTimeout(() => this.#kill(), LONGEST_MS);
    const lines = createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => {
      const [, name, number] = /^([a-z][a-z0-9_]*)=(\d+)$/.exec(line.trim()) ?? [];
      if (name !== undefined) this.#truths.set(name, Number(number));
    });
    this.#told = once(lines, 'close');
    this.waits = Promise.race([once(lines, 'line'), this.#told.then(endedUnprepared)]);
    // One that ends early is known by its end.
    this.#child.stdin.on('error', () => undefined);
  }

  get truths(): Truths {
    return this.#truths;
  }

  async go(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#kill(), LONGEST_MS);
    this.#child.stdin.write('go\n');
    await Promise.all([this.#exited, this.#told]);
  }

  end(): void {
    clearTimeout(this.#deadline);
    this.#kill();
    if (this.#restore !== '') spawnSync('/bin/sh', ['-c', this.#restore], { stdio: 'ignore', timeout: LONGEST_MS });
  }

  #kill(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
