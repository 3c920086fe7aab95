import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import { AuditLog } from './audit-log.ts';

/** For so long, milliseconds, a record may be outside of the chain. */
const sealEveryMs = 1_000;

/** Has what was done put into the chain soon, whether or not anybody reads it. */
@Injectable()
export class AuditSealer {
  private timer: NodeJS.Timeout | undefined;
  private sealing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.sealing = this.seal();
    }, sealEveryMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.sealing;
  }

  private async seal(): Promise<void> {
    try {
      await this.audit.seal();
    } catch (err) {
      this.log.error({ err }, 'the audit log could not be sealed; it is tried again');
    }
    if (this.timer !== undefined) {
      this.start();
    }
  }
}
