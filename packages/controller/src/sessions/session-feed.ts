import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/**
 * Says that something about a session changed, as a hint to look again. Readers also look by themselves now and then,
 * so a hint that is lost (the change may be another controller's) only costs time.
 */
@Injectable()
export class SessionFeed {
  private readonly events = new EventEmitter().setMaxListeners(0);

  changed(sessionId: string): void {
    this.events.emit(sessionId);
  }

  /** The hints of one session from now on, until `signal` aborts. */
  follow(sessionId: string, signal: AbortSignal): SessionChanges {
    const changes = new SessionChanges(signal);
    const hear = () => changes.hear();
    this.events.on(sessionId, hear);
    signal.addEventListener('abort', () => this.events.off(sessionId, hear), { once: true });
    return changes;
  }
}

/** Hints of one session. Its waits also end when the reader goes. */
export class SessionChanges {
  private readonly heard = new EventEmitter();
  private readonly signal: AbortSignal;
  private pending = false;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  hear(): void {
    this.pending = true;
    this.heard.emit('hint');
  }

  /** Resolves once there was a hint since this resolved last, or after `timeoutMs`. */
  async next(timeoutMs: number): Promise<void> {
    if (!this.pending) {
      await this.hint(timeoutMs);
    }
    this.pending = false;
  }

  /** Resolves when none came for `quietMs`, at the latest after `atMostMs`: what comes in a burst is then there as a whole. */
  async quiet(quietMs: number, atMostMs: number): Promise<void> {
    const end = performance.now() + atMostMs;
    let left = atMostMs;
    while (left > 0 && (await this.hint(Math.min(quietMs, left)))) {
      left = end - performance.now();
    }
    this.pending = false;
  }

  async pause(forMs: number): Promise<void> {
    await sleep(forMs, undefined, { signal: this.signal }).catch(() => undefined);
  }

  private async hint(timeoutMs: number): Promise<boolean> {
    try {
      await once(this.heard, 'hint', { signal: AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs)]) });
      return true;
    } catch {
      // Aborted: the caller looks again, or stops.
      return false;
    }
  }
}
