import { EventEmitter, once } from 'node:events';
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

  /** Resolves at the next hint, after `timeoutMs`, or when `signal` aborts, whichever is first. */
  async next(sessionId: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      await once(this.events, sessionId, { signal: either });
    } catch {
      // Aborted: the caller looks again, or stops.
    }
  }
}
