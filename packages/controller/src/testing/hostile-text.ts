import fc from 'fast-check';

/** Texts that somebody could send in the place of any other: of every character there is, and of every language spoken here. */
const fragments = [
  ...[
    '\u0000',
    '\ud800',
    '\udfff',
    '\u202e',
    '\uffff',
    '\r\n',
    '%00',
    "'; drop table session; --",
    '../..',
    '{}',
    '[]',
  ],
  ...[
    'all',
    'arch=arm64',
    'zone=a',
    'zone in (',
    'has(kprobe)',
    'kernel>=6.',
    'name=*',
    '!=',
    ',',
    ')',
    '*'.repeat(40),
  ],
  ...['10s', '1e9s', '-1s', '0', '99999999999d', '0.5h', '500ms', '10%', '1', '2026-01-01T00:00:00Z', '+275760-09-13'],
  ...['* * * * *', '0 3 * * *', '@yearly', '59 23 31 2 *', '*/0 * * * *', '0-99 * * * *', 'Europe/Berlin', 'UTC+25'],
  ...[
    'BEGIN { @x = 1; }',
    'kprobe:f { @[comm] = count(); }',
    'BEGIN { printf("%s',
    '@x = hist(',
    '/*',
    '{ $a = $a',
    '\\x',
  ],
  ...['00000000-0000-4000-8000-000000000000', 'sha256:', 'bpft_0_', 'node', 'window', 'label:', 'label:zone', '@opens'],
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('', ...fragments),
  fc.array(fc.constantFrom(...fragments), { minLength: 2, maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 20 }),
  // Half a surrogate pair, which `binary` leaves out.
  fc.array(fc.nat(0xffff), { maxLength: 10 }).map((units) => String.fromCharCode(...units)),
  fc.integer({ min: 1, max: 6_000 }).map((length) => 'x'.repeat(length)),
  // What a cursor looks like, with anything in it.
  fc.jsonValue({ maxDepth: 1 }).map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc
    .tuple(fc.constantFrom('2026-01-01T00:00:00.000Z', '0000-01-01T00:00:00.000Z', 'x', '\u0000'), fc.string())
    .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url')),
);
