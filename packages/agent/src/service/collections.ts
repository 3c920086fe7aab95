import { randomUUID } from 'node:crypto';
import { addLoss, type LossCounts, noLoss } from '@bpfleet/aggregate';
import { RpcError } from '@bpfleet/contracts';
import type { Trace } from '@bpfleet/tracer';
import { EventBudget } from '@bpfleet/tracer/event-budget';
import type { Candidate, NodeGuard, Watch } from '../guard/node-guard.ts';
import type { Tracing } from '../tracing.ts';
import { type Caller, callerText, mayEnd } from './caller.ts';
import type { EventFeed } from './event-feed.ts';
import { HeldOverhead } from './held-overhead.ts';

export type HeldState = 'loaded' | 'attached' | 'detached';

/** A program that this agent holds for a caller of its service. */
export interface Held {
  readonly id: string;
  readonly trace: Trace;
  readonly owner: Caller;
  readonly watch: Watch;
  readonly budget: EventBudget;
  /** Ends the RunTrace call that it belongs to, and that alone may end it; null where it belongs to none. */
  readonly endCall: ((reason: string) => void) | null;
  state: HeldState;
  /** Milliseconds since the Unix epoch; null while it is not attached. */
  deadline: number | null;
  /** Why the guard has detached it. */
  reason: string | null;
  /** Printed so far, kept or not. */
  printed: bigint;
  /** Printed while nobody read it. */
  unread: bigint;
  /** Over the limit of events a second. */
  sampledOut: bigint;
}

export const maxHeld = 16;
export const defaultLeaseMs = 60_000;
export const maxLeaseMs = 3_600_000;
export const maxAttachedMs = 24 * 3_600_000;
/** Rings have to be emptied, and exit() obeyed, although nobody reads them. */
const drainMs = 100;

/** Loaded collections by id. Each has a timer that gives it back to the kernel, whatever its caller does. */
export class Collections {
  readonly #guard: NodeGuard;
  readonly #feed: EventFeed;
  readonly #held = new Map<string, Held>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #drains = new Map<string, NodeJS.Timeout>();
  readonly #leases = new Map<string, number>();
  /** Calls that are loading. */
  #loading = 0;

  constructor(guard: NodeGuard, feed: EventFeed) {
    this.#guard = guard;
    this.#feed = feed;
  }

  /** Whether anything is held, or being loaded. */
  get busy(): boolean {
    return this.#held.size > 0 || this.#loading > 0;
  }

  list(): Iterable<Held> {
    return this.#held.values();
  }

  /** Throws RpcError NOT_FOUND. */
  get(id: string): Held {
    const held = this.#held.get(id);
    if (!held) throw new RpcError('NOT_FOUND', `there is no collection ${id} here: its lease may have ended`);
    return held;
  }

  /** Loads a program to be kept for `leaseMs` after it was loaded or detached. Throws RpcError, GuardError, TraceError. */
  async load(tracing: Tracing, candidate: Candidate, owner: Caller, leaseMs: number): Promise<Held> {
    const held = await this.#load(tracing, candidate, owner, null);
    this.#leases.set(held.id, leaseMs);
    this.#lease(held);
    return held;
  }

  /** Loads one that a RunTrace call runs and gives back. `endCall` is told why the guard ends it. Throws as load(). */
  loadForCall(tracing: Tracing, candidate: Candidate, owner: Caller, endCall: (reason: string) => void): Promise<Held> {
    return this.#load(tracing, candidate, owner, endCall);
  }

  /** Throws RpcError FAILED_PRECONDITION unless it is loaded and was never attached, and what `attach` of the trace throws. */
  attach(id: string, forMs: number): Held {
    const held = this.#own(id);
    if (held.state !== 'loaded') {
      throw new RpcError('FAILED_PRECONDITION', `collection ${id} is ${held.state}: a collection is attached once`);
    }
    // Whoever asks for a collection is told what it costs.
    held.trace.countRuns(true);
    held.trace.attach();
    held.state = 'attached';
    held.deadline = Date.now() + forMs;
    this.#timer(id, forMs, () => this.#detach(held));
    let overhead: HeldOverhead | null = null;
    const drain = () => {
      this.#drain(held);
      if (held.trace.exitRequested) this.#detach(held);
      else overhead?.look(performance.now());
    };
    this.#drains.set(id, setInterval(drain, drainMs));
    overhead = new HeldOverhead(held.trace, held.watch.sample, performance.now());
    // Where the kernel does not count and somebody must, the guard has ended it by now.
    if (held.reason !== null) throw new RpcError('FAILED_PRECONDITION', held.reason);
    return held;
  }

  /** Throws RpcError NOT_FOUND, FAILED_PRECONDITION or PERMISSION_DENIED. */
  detach(id: string, caller: Caller): void {
    const held = this.#ownOf(id, caller);
    if (held.state !== 'attached') throw new RpcError('FAILED_PRECONDITION', `collection ${id} is not attached`);
    this.#detach(held);
  }

  /** Throws RpcError NOT_FOUND, FAILED_PRECONDITION or PERMISSION_DENIED. */
  unload(id: string, caller: Caller): void {
    this.remove(this.#ownOf(id, caller));
  }

  /** Gives it back to the kernel; also one of a RunTrace call, at its end. */
  remove(held: Held): void {
    clearTimeout(this.#timers.get(held.id));
    clearInterval(this.#drains.get(held.id));
    this.#timers.delete(held.id);
    this.#drains.delete(held.id);
    this.#leases.delete(held.id);
    if (!this.#held.delete(held.id)) return;
    held.watch.leave();
    held.trace.close();
    this.#feed.ended(held.id);
  }

  /** Has those read it who watch; what nobody reads is counted. */
  publish(held: Held, events: Parameters<EventFeed['publish']>[1]): void {
    const read = this.#feed.publish(held.id, events, held.printed);
    held.printed += BigInt(events.length);
    if (!read && held.endCall === null) held.unread += BigInt(events.length);
  }

  lost(held: Held): LossCounts {
    return addLoss(held.trace.losses(), { ...noLoss(), evicted: held.unread, sampledOut: held.sampledOut });
  }

  close(): void {
    for (const held of [...this.#held.values()]) this.remove(held);
  }

  async #load(tracing: Tracing, candidate: Candidate, owner: Caller, endCall: Held['endCall']): Promise<Held> {
    // Those that are loading count: a thousand calls at once must not all find room.
    if (this.#held.size + this.#loading >= maxHeld) {
      throw new RpcError('RESOURCE_EXHAUSTED', `this agent already holds ${maxHeld} collections: unload one first`);
    }
    this.#loading += 1;
    try {
      const trace = await tracing.loadTrace(candidate.program, this.#guard.admit(candidate));
      return this.#keep(trace, candidate, owner, endCall);
    } finally {
      this.#loading -= 1;
    }
  }

  #keep(trace: Trace, candidate: Candidate, owner: Caller, endCall: Held['endCall']): Held {
    const id = randomUUID();
    const { mapBytes, probes } = trace;
    let held: Held | null = null;
    try {
      const stop = (reason: string) => void (held && this.#stopByGuard(held, reason));
      const watch = this.#guard.enter({ ...candidate, mapBytes, probes, stop });
      const budget = new EventBudget(() => watch.limits().eventsPerSecond, performance.now());
      const counts = { printed: 0n, unread: 0n, sampledOut: 0n };
      const state = endCall === null ? 'loaded' : 'attached';
      held = { id, trace, owner, watch, budget, endCall, state, deadline: null, reason: null, ...counts };
    } catch (error) {
      trace.close();
      throw error;
    }
    this.#held.set(id, held);
    return held;
  }

  #stopByGuard(held: Held, reason: string): void {
    held.reason = reason;
    if (held.endCall !== null) held.endCall(reason);
    else if (held.state === 'attached') this.#detach(held);
    else this.remove(held);
  }

  #own(id: string): Held {
    const held = this.get(id);
    if (held.endCall !== null)
      throw new RpcError('FAILED_PRECONDITION', `collection ${id} belongs to a RunTrace call: end that call`);
    return held;
  }

  #ownOf(id: string, caller: Caller): Held {
    const held = this.#own(id);
    if (mayEnd(caller, held.owner)) return held;
    throw new RpcError('PERMISSION_DENIED', `collection ${id} belongs to ${callerText(held.owner)}`);
  }

  #drain(held: Held): void {
    const { events, sampledOut } = held.budget.drain(held.trace, Number.POSITIVE_INFINITY, performance.now());
    held.sampledOut += BigInt(sampledOut);
    if (events.length > 0) this.publish(held, events);
  }

  #detach(held: Held): void {
    clearInterval(this.#drains.get(held.id));
    this.#drains.delete(held.id);
    held.state = 'detached';
    held.deadline = null;
    // Before anything that could throw: what was detached must not stay for ever.
    this.#lease(held);
    held.trace.detach();
    this.#drain(held);
  }

  #lease(held: Held): void {
    this.#timer(held.id, this.#leases.get(held.id) ?? defaultLeaseMs, () => this.remove(held));
  }

  #timer(id: string, ms: number, act: () => void): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(act, ms));
  }
}
