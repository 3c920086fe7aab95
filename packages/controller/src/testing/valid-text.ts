import fc from 'fast-check';

const durations = fc.constantFrom('1s', '10s', '500ms', '1m30s', '1h', '0.5h', '100ms', '23h');
const selectors = fc.constantFrom(
  'all',
  '',
  'zone=a',
  'arch=arm64,zone!=b',
  'kernel>=6.1',
  'zone in (a,b)',
  'has(btf)',
  'name=*',
);

/** Texts that a member of this name may well have: a request is to get past its schema, for what is behind to be tried as well. */
export const validTexts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  source: fc.constantFrom(
    'BEGIN { @x = 1; }',
    'tracepoint:syscalls:sys_enter_openat { @[comm, "\u0000\ud800"] = count(); }',
    'interval:s:1 { printf("ünïcode \\x00 %d\\n", 1); }',
    'BEGIN { $unused = "\ud800"; exit(); }',
  ),
  object: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  for: durations,
  every: durations,
  soak: durations,
  ttl: durations,
  nodes: selectors,
  selector: selectors,
  sample: fc.constantFrom('1', '10%', '100%', '3'),
  canary: fc.constantFrom('1', '50%'),
  cron: fc.constantFrom('0 3 * * *', '*/5 * * * 1-5', '59 23 31 12 *'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'),
  at: fc.integer({ min: 1, max: 1e11 }).map((ms) => new Date(Date.now() + ms).toISOString()),
  startAt: fc.integer({ min: 1, max: 3.6e6 }).map((ms) => new Date(Date.now() + ms).toISOString()),
  by: fc.constantFrom('node', 'window', 'label:zone'),
  map: fc.constantFrom('@x', 'opens'),
  cursor: fc
    .tuple(
      fc.constantFrom('2026-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00.000Z'),
      fc.constantFrom('00000000-0000-4000-8000-000000000000', '00ff', `sha256:${'0'.repeat(64)}`),
    )
    .chain((both) => fc.constantFrom([...both], [both[1]], ['5'], ['999999999999999']))
    .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url')),
};
