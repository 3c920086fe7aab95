import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CronLineError, parseCronLine } from './cron-line.ts';
import { lastDue, nextDue, type Timing } from './timing.ts';

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().replace(':00.000Z', 'Z'));

/** The instants that follow, at most as many as are expected. */
function following(timing: Timing, from: string, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  for (let at: number | null = Date.parse(from); found.length < count && at !== null; ) {
    at = nextDue(timing, at);
    found.push(iso(at));
  }
  return found;
}

describe('nextDue of a cron line', () => {
  it.each<[string, string, string, string, (string | null)[]]>([
    ['an instant itself is not after it', '0 3 * * *', 'UTC', '2026-05-01T03:00:00Z', ['2026-05-02T03:00Z']],
    [
      'a gap: one time of day fires at its end',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ],
    [
      'a gap of half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T00:00:00Z',
      ['2026-10-03T15:30Z', '2026-10-04T15:15Z'],
    ],
    [
      'a gap at midnight',
      '0 0 * * *',
      'America/Sao_Paulo',
      '2018-11-03T12:00:00Z',
      ['2018-11-04T03:00Z', '2018-11-05T02:00Z'],
    ],
    [
      'a gap: several times of it do not fire',
      '*/15 2 * * *',
      'America/New_York',
      '2026-03-08T00:00:00Z',
      ['2026-03-09T06:00Z'],
    ],
    [
      'a gap: every hour goes on',
      '0 * * * *',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T01:00Z', '2026-03-29T02:00Z'],
    ],
    [
      'a repeat: one time of day fires once',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    ['a repeat: not again within it', '30 2 * * *', 'Europe/Berlin', '2026-10-25T00:40:00Z', ['2026-10-26T01:30Z']],
    [
      'a repeat: every hour goes on',
      '0 * * * *',
      'Europe/Berlin',
      '2026-10-24T23:30:00Z',
      ['2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z'],
    ],
    ['months without a 31st', '0 0 31 * *', 'UTC', '2026-01-31T00:00:00Z', ['2026-03-31T00:00Z', '2026-05-31T00:00Z']],
    ['the last day of months', '0 0 L * *', 'UTC', '2028-01-31T00:00:00Z', ['2028-02-29T00:00Z', '2028-03-31T00:00Z']],
    ['leap days', '0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    [
      'either of two days',
      '0 0 1 * 1',
      'UTC',
      '2026-01-31T00:00:00Z',
      ['2026-02-01T00:00Z', '2026-02-02T00:00Z', '2026-02-09T00:00Z'],
    ],
    ['Sunday as 7', '0 0 * * 7', 'UTC', '2026-01-31T00:00:00Z', ['2026-02-01T00:00Z', '2026-02-08T00:00Z']],
    ['a day that is in no month', '0 0 30 2 *', 'UTC', '2026-01-31T00:00:00Z', [null]],
  ])('%s', (_, cron, timeZone, from, expected) => {
    expect(following({ kind: 'cron', cron, timeZone }, from, expected.length)).toEqual(expected);
  });
});

describe('nextDue', () => {
  it.each<[Timing, number, number | null]>([
    [{ kind: 'at', at: 50 }, 49, 50],
    [{ kind: 'at', at: 50 }, 50, null],
    [{ kind: 'every', everyMs: 10, anchor: 100 }, 100, 110],
    [{ kind: 'every', everyMs: 10, anchor: 100 }, 109, 110],
    [{ kind: 'every', everyMs: 10, anchor: 100 }, 110, 120],
    // A clock that is set back before the schedule was made.
    [{ kind: 'every', everyMs: 10, anchor: 100 }, 3, 110],
  ])('%j after %d', (timing, from, expected) => {
    expect(nextDue(timing, from)).toBe(expected);
  });
});

describe('parseCronLine', () => {
  it.each([
    '',
    '* * * *',
    '0 0 0 * * *',
    '@daily',
    '2026-01-01T00:00:00',
    '2026-01-01 0 * * *',
    '61 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '*/0 * * * *',
    '5-1 * * * *',
    'a b c d e',
    `* * * * ${'1,'.repeat(200)}1`,
  ])('refuses %j', (line) => {
    expect(() => parseCronLine(line, 'UTC')).toThrow(CronLineError);
  });

  it.each(['', 'Mars/Olympus', 'UTC\u0000', 'x'.repeat(1000)])('refuses the time zone %j', (timeZone) => {
    expect(() => parseCronLine('* * * * *', timeZone)).toThrow(expect.objectContaining({ at: 'timeZone' }));
  });

  it('throws nothing else, whatever it reads', () => {
    const field = fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^[0-9*/,\-LW#?A-Z+]{1,8}$/));
    fc.assert(
      fc.property(fc.array(field, { minLength: 4, maxLength: 6 }), (fields) => {
        try {
          const next = parseCronLine(fields.join(' '), 'Europe/Berlin').next(Date.UTC(2026, 0, 1));
          expect(next === null || next > Date.UTC(2026, 0, 1)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CronLineError);
        }
      }),
    );
  });
});

const aTiming: fc.Arbitrary<Timing> = fc.oneof(
  fc.record({
    kind: fc.constant('every' as const),
    everyMs: fc.integer({ min: 10_000, max: 10_000_000 }),
    anchor: fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2026, 0) }),
  }),
  fc.record({
    kind: fc.constant('cron' as const),
    cron: fc.constantFrom('30 2 * * *', '*/20 * * * *', '0 */6 * * *', '0 0 31 * *', '0 0 L * *', '15 1-3 * * 0'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  }),
);
const anInstant = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });

describe('instants', () => {
  it('come one after another, and between two of them there is none', () => {
    fc.assert(
      fc.property(aTiming, anInstant, fc.double({ min: 0, max: 1, noNaN: true }), (timing, from, share) => {
        const first = nextDue(timing, from) as number;
        const second = nextDue(timing, first) as number;
        expect(first).toBeGreaterThan(from);
        expect(second).toBeGreaterThan(first);
        const between = Math.min(second - 1, first + Math.floor(share * (second - first)));
        expect(nextDue(timing, between)).toBe(second);
      }),
    );
  });

  it('the last up to an instant is the one that a walk over all of them ends at', () => {
    fc.assert(
      fc.property(aTiming, anInstant, fc.integer({ min: 0, max: 400 }), (timing, from, steps) => {
        const first = nextDue(timing, from) as number;
        let last = first;
        for (let step = 0; step < steps; step++) {
          last = nextDue(timing, last) as number;
        }
        const until = (nextDue(timing, last) as number) - 1;
        expect(lastDue(timing, first, until)).toBe(last);
        expect(lastDue(timing, first, last)).toBe(last);
      }),
      { numRuns: 30 },
    );
  });
});
