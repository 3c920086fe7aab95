import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import { AuditLog } from './audit-log.ts';
import type { AuditRecord } from './audit-record.ts';

/** The same refusal, whatever it was asked for, is written once in this time: who asks in a loop must not fill the log. */
const onceInMs = 60_000;
const maxRemembered = 10_000;

export type Refusal = Omit<AuditRecord, 'outcome' | 'detail'> & { readonly reason: string };

/** Refusals that matter: somebody known asked for what they may not do. */
@Injectable()
export class Refusals {
  private readonly noted = new Map<string, number>();

  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Never throws: what is refused stays refused, whether or not that could be written down. */
  async note({ reason, ...refusal }: Refusal): Promise<void> {
    const { actor, action, subject, requestId } = refusal;
    this.log.warn({ actor, action, subject, requestId, reason }, 'refused');
    if (!this.isNew(JSON.stringify([actor, action, reason]), Date.now())) {
      return;
    }
    try {
      await this.audit.add({ ...refusal, outcome: 'refused', detail: { reason } });
    } catch (err) {
      this.log.error({ err, actor, action, reason }, 'a refusal could not be written into the audit log');
    }
  }

  private isNew(key: string, now: number): boolean {
    const last = this.noted.get(key);
    if (last !== undefined && now - last < onceInMs) {
      return false;
    }
    this.noted.delete(key);
    this.noted.set(key, now);
    const [oldest] = this.noted.keys();
    if (this.noted.size > maxRemembered && oldest !== undefined) {
      this.noted.delete(oldest);
    }
    return true;
  }
}
