import type { MapState } from '@bpfleet/aggregate';
import type { TraceEvent } from '@bpfleet/tracer';
import { describe, expect, test } from 'vitest';
import { jsonOutput, textOutput } from './trace-output.ts';

const map = (name: string, value: bigint): MapState => ({
  schema: { id: 0, name, kind: 'count', key: [], signed: false },
  entries: new Map([['', { key: [], cells: new Map([[0, value]]) }]]),
});
const event = (rest: Partial<TraceEvent>): TraceEvent => ({ at: 0n, type: 'printf', text: 'x\n', values: [], ...rest });

/** Expected texts are what bpftrace 0.27.1 printed. */
describe('text', () => {
  test('maps by name after two empty lines', () => {
    expect(textOutput.end([map('@b', 2n), map('@a', 1n)])).toBe('\n\n@a: 1\n@b: 2\n');
    expect(textOutput.end([])).toBe('\n\n');
  });

  test('what is attached goes to stderr', () => {
    expect(textOutput.attached(1)).toEqual({ stream: 'err', text: 'Attached 1 probe\n' });
    expect(textOutput.attached(2).text).toBe('Attached 2 probes\n');
  });
});

describe('json', () => {
  test.each([
    ['printf', event({ text: 'a\n"' }), '{"type": "printf", "data": "a\\n\\""}\n'],
    ['a value', event({ type: 'value', text: '-5\n', values: [-5n] }), '{"type": "value", "data": -5}\n'],
    ['a string', event({ type: 'value', text: 'abc\n', values: ['abc'] }), '{"type": "value", "data": "abc"}\n'],
    [
      'a map',
      event({ type: 'map', map: { state: map('@c', 4n), top: 0, div: 2 } }),
      '{"type": "map", "data": {"@c": 2}}\n',
    ],
  ])('%s', (_, printed, line) => {
    expect(jsonOutput.event(printed)).toBe(line);
  });

  test('everything is on stdout', () => {
    const text = '{"type": "attached_probes", "count": 1, "data": {"probes": 1}}\n';
    expect(jsonOutput.attached(1)).toEqual({ stream: 'out', text });
    expect(jsonOutput.end([map('@b', 2n), map('@a', 1n)])).toBe(
      '{"type": "map", "data": {"@a": 1}}\n{"type": "map", "data": {"@b": 2}}\n',
    );
    expect(jsonOutput.lost(7n)).toBe('{"type":"lost_events", "count":7}\n');
  });
});
