import { formatBytes, formatDuration, formatShare, type Logger } from '@bpfleet/runtime';
import type { OnOverhead, TraceLimits, TraceProgram } from '@bpfleet/tracer';
import { GuardError } from './guard-error.ts';
import { type Limits, least, strictest } from './limits.ts';
import { OverheadJudge } from './overhead-judge.ts';
import type { Policy } from './policy.ts';
import type { PolicySource } from './policy-file.ts';
import { programDigest } from './program-digest.ts';

/** A trace that asks to run here. */
export interface Candidate {
  readonly program: TraceProgram;
  /** What its owner asked for; the node's policy comes on top. */
  readonly asked: Limits;
}

/** A trace that runs, or is about to. */
export interface Guarded extends Candidate {
  readonly mapBytes: number;
  readonly probes: number;
  /** To be ended now; the reason is for its owner. */
  stop(reason: string): void;
}

/** Where a running trace asks and tells. */
export interface Watch {
  /** As they are now. */
  limits(): Limits;
  /** Told what it costs, as of OnOverhead: soon where there is a limit that somebody must keep. */
  sample: OnOverhead;
  /** It has ended. */
  leave(): void;
}

interface Entry {
  readonly trace: Guarded;
  readonly own: OverheadJudge;
  readonly together: OverheadJudge;
  readonly since: number;
  share: number;
  stopped: boolean;
}

const lookEveryMs = 500;

export interface NodeGuardSurroundings {
  readonly policy: PolicySource;
  /** Whether a policy that has become stricter forbids what a program does: a sentence, or null. */
  readonly refusedUse: (program: TraceProgram, policy: Policy) => Promise<string | null>;
  readonly log: Logger;
}

/** What may run on this node, and what all that runs may cost together. The node's policy wins over anyone. */
export class NodeGuard {
  readonly #with: NodeGuardSurroundings;
  readonly #entries = new Set<Entry>();
  #timer: NodeJS.Timeout | null = null;

  constructor(surroundings: NodeGuardSurroundings) {
    this.#with = surroundings;
    surroundings.policy.onChange = () => void this.#judgeAll();
  }

  /** Bounds to load a program under, for now. Throws GuardError where there is no place for it, or it may not run at all. */
  admit(candidate: Candidate): TraceLimits {
    this.#requirePlace(this.#with.policy.current());
    return this.limitsOf(candidate);
  }

  /** The same of a program that is only asked about. Throws GuardError where it may not run at all. */
  limitsOf({ program, asked }: Candidate): TraceLimits {
    const policy = this.#with.policy.current();
    requireDigest(program, policy);
    const { mapBytes, probes } = strictest(asked, policy.session);
    const bytes = least(mapBytes, policy.node.mapBytes);
    return {
      ...(bytes === null ? {} : { mapBytes: bytes }),
      ...(probes === null ? {} : { probes }),
      ...(isEmpty(policy.deny) ? {} : { denied: policy.deny }),
    };
  }

  /** Takes in a trace that is loaded. Throws GuardError; then it is to be closed. */
  enter(trace: Guarded): Watch {
    // Its policy may have changed while it was loaded.
    const policy = this.#with.policy.current();
    requireDigest(trace.program, policy);
    this.#requirePlace(policy);
    const { mapBytes } = policy.node;
    const used = [...this.#entries].reduce((sum, entry) => sum + entry.trace.mapBytes, 0);
    if (mapBytes !== null && used + trace.mapBytes > mapBytes) {
      const words = `its maps may take ${formatBytes(trace.mapBytes)}, and those of this node's other sessions ${formatBytes(used)}`;
      throw new GuardError('busy', `${words}; its policy allows ${formatBytes(mapBytes)} together`);
    }
    const judges = { own: new OverheadJudge(), together: new OverheadJudge() };
    const entry = { trace, ...judges, since: performance.now(), share: 0, stopped: false };
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => this.#judgeTimes(), lookEveryMs);
    const limits = () => strictest(trace.asked, this.#with.policy.last.session);
    return {
      limits,
      sample: (share) => this.#sample(entry, share),
      leave: () => this.#leave(entry),
    };
  }

  #requirePlace({ node: { sessions } }: Policy): void {
    const running = this.#entries.size;
    if (sessions === null || running < sessions) return;
    throw new GuardError(
      'busy',
      `this node already runs ${running} of the ${sessions} sessions that its policy allows`,
    );
  }

  #leave(entry: Entry): void {
    this.#entries.delete(entry);
    if (this.#entries.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #judgeTimes(): void {
    const { durationMs } = this.#with.policy.last.session;
    if (durationMs === null) return;
    for (const entry of [...this.#entries]) {
      if (performance.now() - entry.since < durationMs) continue;
      this.#stop(entry, `this node's policy allows no more than ${formatDuration(durationMs)}`);
    }
  }

  #sample(entry: Entry, share: number | null): ReturnType<OnOverhead> {
    const { session, node } = this.#with.policy.last;
    const limit = least(entry.trace.asked.overhead, session.overhead);
    if (share === null) {
      if (limit !== null || node.overhead !== null) this.#stop(entry, uncounted);
      return 'later';
    }
    entry.share = share;
    const own = entry.own.judge(share, limit);
    if (own.kind === 'breach') {
      const whose = limit === entry.trace.asked.overhead ? 'the limit' : "this node's limit";
      this.#stop(entry, `overhead ${formatShare(own.share)} over ${whose} of ${formatShare(limit ?? 0)}`);
      return 'later';
    }
    if (this.#judgeTogether(entry, node.overhead) || own.kind === 'look-again') return 'at-once';
    return limit === null && node.overhead === null ? 'later' : 'soon';
  }

  /** Of all that runs, by the newest sample of each: too much ends the one that costs most. */
  #judgeTogether(entry: Entry, limit: number | null): boolean {
    const running = [...this.#entries].filter(({ stopped }) => !stopped);
    const sum = running.reduce((total, { share }) => total + share, 0);
    const verdict = entry.together.judge(sum, limit);
    if (verdict.kind === 'breach') {
      const costliest = running.reduce((a, b) => (b.share > a.share ? b : a), entry);
      const all = `all sessions of this node together cost ${formatShare(verdict.share)}, over its limit of ${formatShare(limit ?? 0)}`;
      this.#stop(costliest, `${all}; this one cost most, ${formatShare(costliest.share)}`);
    }
    return verdict.kind === 'look-again';
  }

  /** After a change: what the policy does not allow any more is ended. */
  async #judgeAll(): Promise<void> {
    const policy = this.#with.policy.last;
    for (const entry of [...this.#entries].filter(({ stopped }) => !stopped)) {
      const reason = await this.#refusal(entry.trace, policy).catch((error: Error) => error.message);
      if (reason !== null) this.#stop(entry, `the policy of this node has changed: ${reason}`);
    }
  }

  async #refusal(trace: Guarded, policy: Policy): Promise<string | null> {
    if (!isAllowed(trace.program, policy)) return 'the program is not on its list any more';
    const { mapBytes, probes } = policy.session;
    if (probes !== null && trace.probes > probes) return `${probes} probes are allowed, and it has ${trace.probes}`;
    if (mapBytes !== null && trace.mapBytes > mapBytes) {
      return `maps may take ${formatBytes(mapBytes)}, and these take ${formatBytes(trace.mapBytes)}`;
    }
    return isEmpty(policy.deny) ? null : this.#with.refusedUse(trace.program, policy);
  }

  #stop(entry: Entry, reason: string): void {
    if (entry.stopped || !this.#entries.has(entry)) return;
    entry.stopped = true;
    entry.share = 0;
    this.#with.log.warn({ reason }, 'the guard ends a trace');
    entry.trace.stop(`guard: ${reason}`);
  }
}

const uncounted =
  'what programs cost cannot be measured here, so that the limit of it cannot be kept: have the kernel count with ' +
  'sysctl kernel.bpf_stats_enabled=1, or give the agent CAP_SYS_ADMIN';

function requireDigest(program: TraceProgram, policy: Policy): void {
  if (isAllowed(program, policy)) return;
  const advice = `add ${programDigest(program)} to it`;
  throw new GuardError('policy', `this node runs only the programs on its policy's list, and this is none: ${advice}`);
}

function isAllowed(program: TraceProgram, { allowedDigests }: Policy): boolean {
  return allowedDigests === null || allowedDigests.has(programDigest(program));
}

function isEmpty({ probes, functions }: Policy['deny']): boolean {
  return probes.length === 0 && functions.length === 0;
}
