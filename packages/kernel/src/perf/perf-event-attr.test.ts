import { expect, test } from 'vitest';
import { type PerfEventSpec, perfEventAttr } from './perf-event-attr.ts';

/** type, size, config, period or frequency, flags, wakeup_events, config1, config2 */
function fields(spec: PerfEventSpec) {
  const attr = perfEventAttr(spec);
  return [
    attr.readUInt32LE(0),
    attr.readUInt32LE(4),
    ...[8, 16, 40].map((offset) => attr.readBigUInt64LE(offset)),
    attr.readUInt32LE(48),
    ...[56, 64].map((offset) => attr.readBigUInt64LE(offset)),
  ];
}

test.each<[string, PerfEventSpec, (number | bigint)[]]>([
  ['tracepoint', { kind: 'tracepoint', id: 321 }, [2, 72, 321n, 1n, 1n, 1, 0n, 0n]],
  ['frequency', { kind: 'cpu-clock', frequency: 99 }, [1, 72, 0n, 99n, 1n | (1n << 10n), 0, 0n, 0n]],
  ['period', { kind: 'cpu-clock', periodNs: 10n ** 9n }, [1, 72, 0n, 10n ** 9n, 1n, 0, 0n, 0n]],
  [
    'counter by frequency',
    { kind: 'counter', counter: 'hardware', config: 3, frequency: 49 },
    [0, 72, 3n, 49n, 1n | (1n << 10n), 0, 0n, 0n],
  ],
  [
    'PMU',
    { kind: 'pmu', type: 8, config: 1n, config1: 2n ** 63n, config2: 16n },
    [8, 72, 1n, 0n, 1n, 0, 2n ** 63n, 16n],
  ],
])('perf_event_attr of a %s', (_name, spec, expected) => {
  expect(fields(spec)).toEqual(expected);
});
