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
import { type InterpretedEntry, interpret, type Printed } from '@bpfleet/compiler/testing';
import { compileEnv } from '../compile-env.ts';
import { formatPrintf, parseFormat } from '../format-printf.ts';
import { loadTrace } from '../load-trace.ts';
import { TraceError } from '../trace-error.ts';

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

/** What a program has done in the kernel, and what it should do; or why the kernel never saw it. */
export type RandomRun = { readonly done: string; readonly expected: string } | { readonly refused: string };

/** Runs a program in this kernel once, and by the interpreter. Throws TraceError where it is refused for anything but its size. */
export async function runRandomProgram(source: string): Promise<RandomRun> {
  const outcome = interpret(source, compileEnv());
  try {
    const trace = await loadTrace({ kind: 'script', source });
    try {
      trace.attach();
      trace.detach();
      // Divisions by zero are told each time; what they give is seen in the values.
      const drained = trace.drain().filter(({ type }) => type !== 'warnf');
      const events = drained.map(({ text }) => text);
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
