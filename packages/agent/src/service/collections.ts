import { randomUUID } from 'node:crypto';
import { addLoss, type LossCounts, noLoss } from '@bpfleet/aggregate';
import { RpcError } from '@bpfleet/contracts';
import type { Trace } from '@bpfleet/tracer';

export type HeldState = 'loaded' | 'attached' | 'detached';

/** A program that this agent holds for a caller of its service. */
export interface Held {
  readonly id: string;
  readonly trace: Trace;
  /** Belongs to a RunTrace call, which alone ends it. */
  readonly ofCall: boolean;
  state: HeldState;
  /** Milliseconds since the Unix epoch; null while it is not attached. */
  deadline: number | null;
  /** Printed while nobody read it. */
  unread: bigint;
}

export const maxHeld = 16;
export const defaultLeaseMs = 60_000;
export const maxLeaseMs = 3_600_000;
export const maxAttachedMs = 24 * 3_600_000;
/** Rings have to be emptied, and exit() obeyed, although nobody reads them. */
const drainMs = 100;

/** Loaded collections by id. Each has a timer that gives it back to the kernel, whatever its caller does. */
export class Collections {
  readonly #held = new Map<string, Held>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #drains = new Map<string, NodeJS.Timeout>();
  readonly #leases = new Map<string, number>();

  list(): Iterable<Held> {
    return this.#held.values();
  }

  /** Throws RpcError RESOURCE_EXHAUSTED; asked before anything is loaded. */
  requireRoom(): void {
    if (this.#held.size >= maxHeld) {
      throw new RpcError('RESOURCE_EXHAUSTED', `this agent already holds ${maxHeld} collections: unload one first`);
    }
  }

  /** Throws RpcError NOT_FOUND. */
  get(id: string): Held {
    const held = this.#held.get(id);
    if (!held) throw new RpcError('NOT_FOUND', `there is no collection ${id} here: its lease may have ended`);
    return held;
  }

  add(trace: Trace, leaseMs: number): Held {
    const held: Held = { id: randomUUID(), trace, ofCall: false, state: 'loaded', deadline: null, unread: 0n };
    this.#held.set(held.id, held);
    this.#leases.set(held.id, leaseMs);
    this.#lease(held);
    return held;
  }

  /** One that a RunTrace call runs and gives back. */
  addOfCall(trace: Trace, deadline: number): Held {
    const held: Held = { id: randomUUID(), trace, ofCall: true, state: 'attached', deadline, unread: 0n };
    this.#held.set(held.id, held);
    return held;
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
    this.#drains.set(
      id,
      setInterval(() => this.#drain(held), drainMs),
    );
    return held;
  }

  /** Throws RpcError NOT_FOUND or FAILED_PRECONDITION. */
  detach(id: string): void {
    const held = this.#own(id);
    if (held.state !== 'attached') throw new RpcError('FAILED_PRECONDITION', `collection ${id} is not attached`);
    this.#detach(held);
  }

  unload(id: string): void {
    this.#remove(this.#own(id));
  }

  /** Of a RunTrace call, at its end. */
  release(held: Held): void {
    this.#remove(held);
  }

  lost(held: Held): LossCounts {
    return addLoss(held.trace.losses(), { ...noLoss(), evicted: held.unread });
  }

  close(): void {
    for (const held of [...this.#held.values()]) this.#remove(held);
  }

  #own(id: string): Held {
    const held = this.get(id);
    if (held.ofCall)
      throw new RpcError('FAILED_PRECONDITION', `collection ${id} belongs to a RunTrace call: end that call`);
    return held;
  }

  #drain(held: Held): void {
    held.unread += BigInt(held.trace.drain().length);
    if (held.trace.exitRequested && held.state === 'attached') this.#detach(held);
  }

  #detach(held: Held): void {
    clearInterval(this.#drains.get(held.id));
    this.#drains.delete(held.id);
    held.state = 'detached';
    held.deadline = null;
    // Before anything that could throw: what was detached must not stay for ever.
    this.#lease(held);
    held.trace.detach();
    held.unread += BigInt(held.trace.drain().length);
  }

  #lease(held: Held): void {
    this.#timer(held.id, this.#leases.get(held.id) ?? defaultLeaseMs, () => this.#remove(held));
  }

  #timer(id: string, ms: number, act: () => void): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(act, ms));
  }

  #remove(held: Held): void {
    clearTimeout(this.#timers.get(held.id));
    clearInterval(this.#drains.get(held.id));
    this.#timers.delete(held.id);
    this.#drains.delete(held.id);
    this.#leases.delete(held.id);
    this.#held.delete(held.id);
    held.trace.close();
  }
}
