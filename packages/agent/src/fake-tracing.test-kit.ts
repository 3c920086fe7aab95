import type { MapSchema } from '@bpfleet/aggregate';
import { noLoss } from '@bpfleet/aggregate';
import type { RunOptions, Trace, TraceEnd, TraceEvent, TraceLimits, TraceProgram, TraceWindow } from '@bpfleet/tracer';
import type { NodeFacts, Tracing } from './tracing.ts';

const countSchema: MapSchema = { id: 0, name: '@n', kind: 'count', key: ['string'], signed: false };

/** A window in which one key rose. */
export function countWindow(start: number, key: string, by: bigint): TraceWindow {
  const entry = { key: [key], cells: new Map([[0, by]]) };
  return { start, end: start + 1000, maps: [{ map: 0, entries: [entry] }], events: [], lost: noLoss() };
}

export const printedEvent = (text: string): TraceEvent => ({ at: 1n, type: 'printf', text, values: [] });

/** A trace that a test drives. */
export class FakeRun {
  readonly source: string;
  /** Every state it has been in. */
  readonly states: ('loaded' | 'attached' | 'detached' | 'closed')[] = ['loaded'];
  options: RunOptions | null = null;
  /** What it has printed and nobody has taken. */
  readonly ring: TraceEvent[] = [];
  /** What its end says was lost. */
  lost = noLoss();
  /** What it says was lost and nobody counts. */
  readonly uncounted: string[] = [];
  #end: ((how: TraceEnd['ended']) => void) | null = null;

  constructor(source: string) {
    this.source = source;
  }

  get state() {
    return this.states.at(-1);
  }

  async emit(window: TraceWindow): Promise<void> {
    await this.options?.onWindow(window);
  }

  end(how: TraceEnd['ended']): void {
    this.#end?.(how);
  }

  async run(options: RunOptions): Promise<TraceEnd> {
    this.options = options;
    this.states.push('attached');
    const attachedAt = Date.now();
    options.onAttached?.();
    const ended = await new Promise<TraceEnd['ended']>((resolve) => {
      this.#end = resolve;
      options.signal?.addEventListener('abort', () => resolve('abort'));
      if (options.signal?.aborted) resolve('abort');
    });
    if (this.state === 'attached') this.states.push('detached');
    await options.onWindow({ ...countWindow(Date.now(), 'last', 1n) });
    return { ended, exitCode: 0, attachedAt, detachedAt: Date.now(), lost: this.lost, overhead: 0.01 };
  }

  readonly trace: Trace = {
    schemas: [countSchema],
    warnings: [],
    uncounted: this.uncounted,
    probes: 1,
    hasProbes: true,
    mapBytes: 4096,
    programIds: [1],
    attach: () => {
      this.states.push('attached');
    },
    drain: (limit = Number.POSITIVE_INFINITY) => this.ring.splice(0, limit),
    hasNews: false,
    exitRequested: false,
    exitCode: 0,
    readMaps: () => [{ schema: countSchema, entries: new Map([['k', { key: ['k'], cells: new Map([[0, 3n]]) }]]) }],
    losses: noLoss,
    countRuns: () => undefined,
    runStats: () => ({ ns: 5n, runs: 2n }),
    detach: () => {
      if (this.state === 'attached') this.states.push('detached');
    },
    close: () => {
      this.states.push('closed');
    },
  };
}

/** A node without a kernel. */
export const fakeFacts = async (): Promise<NodeFacts> => ({
  arch: 'x86-64',
  kernel: '6.1.0-test',
  cpus: 2,
  memoryBytes: 1024n,
  features: ['btf'],
  missing: { kprobe: 'CONFIG_KPROBES is off' },
});

/** A tracer without a kernel. A script that begins with "!" does not compile, and "~" is refused by the verifier. */
export class FakeTracing implements Tracing {
  readonly runs: FakeRun[] = [];
  /** Under which programs were loaded, the newest last. */
  readonly limits: TraceLimits[] = [];
  /** Loading waits for it. */
  slow: Promise<void> = Promise.resolve();

  check: Tracing['check'] = async (program) => {
    const loads = !textOf(program).startsWith('!');
    return {
      loads,
      diagnostics: [],
      reason: loads ? '' : 'it does not compile',
      verifierLog: '',
      probes: 1,
      mapBytes: 8,
    };
  };

  programText: Tracing['programText'] = (id) => {
    if (id !== 1) throw Object.assign(new Error(`cannot open program ${id}: ENOENT`), { code: 'ENOENT' });
    return { id, name: 'p0', instructions: '   0: (95) exit\n' };
  };

  listProbes: Tracing['listProbes'] = async (pattern) => ({ probes: [{ name: pattern, arguments: [] }], matched: 7 });

  loadTrace: Tracing['loadTrace'] = async (program, limits = {}) => {
    this.limits.push(limits);
    await this.slow;
    const source = textOf(program);
    const failure = source.startsWith('!') ? 'compile' : source.startsWith('~') ? 'verifier' : null;
    if (failure) {
      const place = { line: 1, column: 9, endLine: 1, endColumn: 12, span: { start: 8, end: 11 } };
      const diagnostics = [{ severity: 'error', code: 'syntax', message: 'unexpected !', ...place }];
      throw Object.assign(new Error('the program is wrong'), { code: failure, diagnostics, verifierLog: '' });
    }
    const run = new FakeRun(source);
    this.runs.push(run);
    return run.trace;
  };

  /** A script that has a word of `denied.functions` is refused. */
  refusedUse: Tracing['refusedUse'] = async (program, denied) => {
    const word = denied.functions.find((each) => textOf(program).includes(each));
    return word === undefined ? null : `${word} is forbidden`;
  };

  runTrace: Tracing['runTrace'] = (trace, options) => {
    const run = this.runs.find((each) => each.trace === trace);
    if (!run) throw new Error('no such trace');
    return run.run(options);
  };
}

function textOf(program: TraceProgram): string {
  if (program.kind === 'variants') return program.variants[0]?.source ?? '';
  return program.kind === 'script' ? program.source : Buffer.from(program.object).toString();
}
