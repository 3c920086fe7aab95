import {
  type Cells,
  emptyState,
  histSlot,
  keyId,
  lhistSlot,
  type MapSchema,
  type MapState,
  renderMap,
  scalarText,
} from '@bpfleet/aggregate';
import { generateProgram, type InterpretedEntry, interpret, type Printed } from '@bpfleet/compiler/testing';
import { expect, test } from 'vitest';
import { compileEnv } from './compile-env.ts';
import { formatPrintf, parseFormat } from './format-printf.ts';
import { loadTrace } from './index.ts';
import { TraceError } from './trace-error.ts';

/**
 * Random programs, each loaded into the kernel and run there once, held against what the interpreter makes of them.
 * BPFLEET_RANDOM_PROGRAMS: how many; BPFLEET_RANDOM_SEED: the first one's seed, printed with every difference.
 */
const count = Number(process.env.BPFLEET_RANDOM_PROGRAMS ?? 200);
const firstSeed = Number(process.env.BPFLEET_RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 31));

function printedText(printed: Printed): string {
  if ('value' in printed) return `${scalarText(printed.value)}\n`;
  // Only %s shows a truth by its name.
  const parts = parseFormat(printed.format);
  const conversions = parts.filter((part) => part.kind === 'argument');
  const values = printed.values.map((value, index) =>
    typeof value === 'boolean' && conversions[index]?.conversion !== 's' ? BigInt(value) : value,
  );
  return formatPrintf(parts, values);
}

function ascending(values: readonly bigint[]): bigint[] {
  return values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** What folding the values in leaves in the cells of an entry. */
function cellsOf(schema: MapSchema, measured: readonly bigint[]): Cells {
  const values = measured.map((value) => (schema.signed ? value : BigInt.asUintN(64, value)));
  const total = BigInt.asIntN(
    64,
    values.reduce((sum, value) => sum + value, 0n),
  );
  const { kind, histBits = 0, lhist } = schema;
  switch (kind) {
    case 'count':
      return new Map([[0, BigInt(values.length)]]);
    case 'sum':
      return new Map([[0, total]]);
    case 'min':
      return new Map([[0, ascending(values)[0] ?? 0n]]);
    case 'max':
      return new Map([[0, ascending(values).at(-1) ?? 0n]]);
    case 'avg':
    case 'stats':
      return new Map([
        [0, BigInt(values.length)],
        [1, total],
      ]);
    case 'hist':
    case 'lhist': {
      const cells: Cells = new Map();
      for (const value of values) {
        const slot = lhist === undefined ? histSlot(value, histBits) : lhistSlot(value, lhist);
        cells.set(slot, (cells.get(slot) ?? 0n) + 1n);
      }
      return cells;
    }
    default:
      throw new Error(`${kind} is not generated`);
  }
}

function stateOf(schema: MapSchema, entries: readonly InterpretedEntry[]): MapState {
  const state = emptyState(schema);
  for (const { key, value, measured = [] } of entries) {
    const plain = value === undefined ? { cells: cellsOf(schema, measured) } : { cells: new Map(), value };
    state.entries.set(keyId(key), { key, ...plain });
  }
  return state;
}

/** What a program does in the kernel, then what it should do; or why the kernel never saw it. */
async function run(source: string): Promise<{ done: string; expected: string } | { refused: string }> {
  const outcome = interpret(source, compileEnv());
  try {
    const trace = await loadTrace({ kind: 'script', source });
    try {
      trace.attach();
      trace.detach();
      const events = trace.drain().map(({ text }) => text);
      const maps = trace.readMaps();
      const done = [...events, ...maps.map((map) => renderMap(map))].join('');
      const states = maps.map(({ schema }) => stateOf(schema, outcome.maps.get(schema.name) ?? []));
      const expected = [...outcome.printed.map(printedText), ...states.map((state) => renderMap(state))].join('');
      return { done, expected };
    } finally {
      trace.close();
    }
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    if (
      error.code === 'compile' &&
      error.diagnostics.every(({ code, severity }) => code === 'limit' || severity !== 'error')
    ) {
      return { refused: error.message };
    }
    throw error;
  }
}

test(`${count} random programs from seed ${firstSeed} do in the kernel what the language means`, {
  timeout: 0,
}, async () => {
  const problems: string[] = [];
  let tooLarge = 0;
  for (let seed = firstSeed; seed < firstSeed + count && problems.length < 25; seed++) {
    const source = generateProgram(seed);
    try {
      const result = await run(source);
      if ('refused' in result) tooLarge++;
      else expect(result.done).toBe(result.expected);
    } catch (error) {
      const log = error instanceof TraceError ? `\n${error.verifierLog.split('\n').slice(-12).join('\n')}` : '';
      problems.push(`seed ${seed}: ${error instanceof Error ? error.message : error}${log}\n${source}`);
    }
  }
  expect(problems.join('\n\n')).toBe('');
  // A generator that writes what nobody compiles would prove nothing.
  expect(tooLarge).toBeLessThanOrEqual(count / 20);
});
