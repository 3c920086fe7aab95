import { createLogger } from '@bpfleet/runtime';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Limits, noLimits } from './limits.ts';
import { type Guarded, NodeGuard, type Watch } from './node-guard.ts';
import { OverheadJudge } from './overhead-judge.ts';
import type { Policy } from './policy.ts';
import { fixedPolicy } from './policy-file.ts';
import { programDigest } from './program-digest.ts';

const log = createLogger({ name: 'agent', level: 'silent' });
const script = (source = 'BEGIN {}') => ({ kind: 'script' as const, source });

interface Running {
  readonly watch: Watch;
  readonly stop: ReturnType<typeof vi.fn<(reason: string) => void>>;
}
const running: Running[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const { watch } of running.splice(0)) watch.leave();
});

const openPolicy: Policy = {
  session: noLimits,
  node: { sessions: null, overhead: null, mapBytes: null },
  deny: { probes: [], functions: [] },
  allowedDigests: null,
};

/** A guard whose policy a test can change. */
function guardOf(policy: Partial<Policy>) {
  const source = { ...fixedPolicy({ ...openPolicy, ...policy }) };
  const refusedUse = vi.fn(async () => null as string | null);
  const guard = new NodeGuard({ policy: source, refusedUse, log });
  const change = (next: Partial<Policy>) => {
    const changed = { ...openPolicy, ...next };
    Object.assign(source, { last: changed, current: () => changed });
    source.onChange();
  };
  const enter = (trace: Partial<Guarded> & { asked?: Limits } = {}): Running => {
    const stop = vi.fn<(reason: string) => void>();
    const watch = guard.enter({ program: script(), asked: noLimits, mapBytes: 1024, probes: 1, ...trace, stop });
    running.push({ watch, stop });
    return { watch, stop };
  };
  return { guard, change, enter, refusedUse };
}

const session = (limits: Partial<Limits>) => ({ session: { ...noLimits, ...limits } });
const node = (limits: Partial<Policy['node']>) => ({ node: { ...openPolicy.node, ...limits } });
const asked = (limits: Partial<Limits>) => ({ asked: { ...noLimits, ...limits } });

describe('OverheadJudge', () => {
  test.each([
    ['below', [0.01, 0.005, 0], ['fine', 'fine', 'fine']],
    ['one burst', [0.5, 0.001, 0.5, 0.5, 0], ['look-again', 'fine', 'look-again', 'look-again', 'fine']],
    ['over', [0.02, 0.03, 0.04], ['look-again', 'look-again', 'breach']],
  ])('%s', (_, shares, kinds) => {
    const judge = new OverheadJudge();
    expect(shares.map((share) => judge.judge(share, 0.01).kind)).toEqual(kinds);
  });

  test('says what it was on average, and nothing where there is no limit', () => {
    const judge = new OverheadJudge();
    for (const share of [0.02, 0.03]) judge.judge(share, 0.01);
    expect(judge.judge(0.04, 0.01)).toMatchObject({ kind: 'breach', share: expect.closeTo(0.03, 9) });
    expect(judge.judge(1, null)).toEqual({ kind: 'fine' });
  });
});

describe('admission', () => {
  test('of each bound the stricter, whoever set it', () => {
    const { guard } = guardOf({ ...session({ mapBytes: 100, probes: 7 }), ...node({ mapBytes: 80 }) });
    const limits = (own: Partial<Limits>) => guard.admit({ program: script(), ...asked(own) });
    expect(limits({})).toEqual({ mapBytes: 80, probes: 7 });
    expect(limits({ mapBytes: 50, probes: 9 })).toEqual({ mapBytes: 50, probes: 7 });
    expect(guardOf({}).guard.admit({ program: script(), asked: noLimits })).toEqual({});
  });

  test('what is forbidden goes along', () => {
    const deny = { probes: ['kprobe:*'], functions: [] };
    expect(guardOf({ deny }).guard.admit({ program: script(), asked: noLimits })).toEqual({ denied: deny });
  });

  test('only the programs on the list', () => {
    const allowedDigests = new Set([programDigest(script('one'))]);
    const { guard, enter } = guardOf({ allowedDigests });
    expect(guard.admit({ program: script('one'), asked: noLimits })).toEqual({});
    const other = { program: script('two'), asked: noLimits };
    const refusal = expect.objectContaining({
      code: 'policy',
      message: expect.stringMatching(/^guard: .*add sha256:/),
    });
    expect(() => guard.admit(other)).toThrow(refusal);
    expect(() => guard.limitsOf(other)).toThrow(refusal);
    expect(() => enter({ program: script('two') })).toThrow(refusal);
  });

  test('sessions at once, and their maps together', () => {
    const { guard, enter } = guardOf(node({ sessions: 3, mapBytes: 3000 }));
    const first = enter({ mapBytes: 2000 });
    expect(() => enter({ mapBytes: 1001 })).toThrow(
      "guard: its maps may take 1001B, and those of this node's other sessions 2000B; its policy allows 3000B together",
    );
    enter({ mapBytes: 1000 });
    enter({ mapBytes: 0 });
    expect(() => guard.admit({ program: script(), asked: noLimits })).toThrow(
      expect.objectContaining({ code: 'busy', message: expect.stringMatching(/3 of the 3 sessions/) }),
    );
    first.watch.leave();
    enter({ mapBytes: 2000 });
  });
});

describe('what programs cost', () => {
  test('a breach of the own limit ends it, and says whose limit it was', () => {
    const { enter } = guardOf(session({ overhead: 0.02 }));
    const own = enter(asked({ overhead: 0.01 }));
    expect([0.031, 0.031, 0.031].map((share) => own.watch.sample(share))).toEqual(['at-once', 'at-once', 'later']);
    expect(own.stop.mock.calls).toEqual([['guard: overhead 3.1 % over the limit of 1 %']]);
    const other = enter(asked({ overhead: 0.5 }));
    for (let sample = 0; sample < 9; sample++) other.watch.sample(0.03);
    expect(other.stop.mock.calls).toEqual([["guard: overhead 3 % over this node's limit of 2 %"]]);
  });

  test('it is looked at often only where there is a limit', () => {
    const { enter, change } = guardOf({});
    const { watch } = enter();
    expect(watch.sample(0.9)).toBe('later');
    change(node({ overhead: 1 }));
    expect(watch.sample(0.9)).toBe('soon');
  });

  test('all together: the costliest is ended, the others go on', () => {
    const { enter } = guardOf(node({ overhead: 0.05 }));
    const [small, large] = [enter(), enter()];
    large.watch.sample(0.04);
    expect([0.02, 0.02, 0.02].map((share) => small.watch.sample(share))).toEqual(['at-once', 'at-once', 'soon']);
    expect(small.stop).not.toHaveBeenCalled();
    expect(large.stop.mock.calls).toEqual([
      ['guard: all sessions of this node together cost 6 %, over its limit of 5 %; this one cost most, 4 %'],
    ]);
    for (let sample = 0; sample < 5; sample++) expect(small.watch.sample(0.02)).toBe('soon');
    expect(small.stop).not.toHaveBeenCalled();
  });

  test('a limit that cannot be kept ends it; without a limit nothing need be measured', () => {
    const { enter } = guardOf({});
    const limited = enter(asked({ overhead: 0.01 }));
    limited.watch.sample(null);
    expect(limited.stop).toHaveBeenCalledWith(
      expect.stringMatching(/^guard: .*cannot be measured here.*bpf_stats_enabled/),
    );
    const free = enter();
    free.watch.sample(null);
    expect(free.stop).not.toHaveBeenCalled();
  });
});

test('the longest time ends it', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const { enter } = guardOf(session({ durationMs: 60_000 }));
  const { stop } = enter();
  vi.advanceTimersByTime(59_000);
  expect(stop).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2_000);
  expect(stop.mock.calls).toEqual([["guard: this node's policy allows no more than 1m"]]);
});

describe('a policy that becomes stricter', () => {
  const changed = 'guard: the policy of this node has changed: ';

  test.each([
    [session({ mapBytes: 1000 }), `${changed}maps may take 1000B, and these take 1KiB`],
    [session({ probes: 0 }), `${changed}0 probes are allowed, and it has 1`],
    [{ allowedDigests: new Set<string>() }, `${changed}the program is not on its list any more`],
  ])('ends what it does not allow: %j', async (policy, reason) => {
    const { enter, change } = guardOf({});
    const { stop } = enter();
    change(policy);
    await vi.waitFor(() => expect(stop.mock.calls).toEqual([[reason]]));
  });

  test('forbidden names end it, also where what is asked fails', async () => {
    const { enter, change, refusedUse } = guardOf({});
    const first = enter();
    refusedUse.mockResolvedValueOnce('kstack is forbidden');
    change({ deny: { probes: [], functions: ['kstack'] } });
    await vi.waitFor(() => expect(first.stop.mock.calls).toEqual([[`${changed}kstack is forbidden`]]));
    const second = enter();
    refusedUse.mockRejectedValueOnce(new Error('it does not compile any more'));
    change({ deny: { probes: ['x'], functions: [] } });
    await vi.waitFor(() => expect(second.stop.mock.calls).toEqual([[`${changed}it does not compile any more`]]));
  });

  test('what it still allows goes on, under its limits', () => {
    const { enter, change } = guardOf({});
    const { watch, stop } = enter(asked({ eventsPerSecond: 100 }));
    change(session({ eventsPerSecond: 10, mapBytes: 2048 }));
    expect(watch.limits()).toMatchObject({ eventsPerSecond: 10 });
    expect(stop).not.toHaveBeenCalled();
  });
});
