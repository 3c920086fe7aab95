import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import { Periodic } from '../periodic.ts';
import { AuditLog } from './audit-log.ts';

/** For so long, milliseconds, a record may be outside of the chain. */
const sealEveryMs = 1_000;

/** Has what was done put into the chain soon, whether or not anybody reads it. */
@Injectable()
export class AuditSealer {
  private readonly periodic = new Periodic(
    sealEveryMs,
    () => this.audit.seal(),
    (err) => this.log.error({ err }, 'the audit log could not be sealed; it is tried again'),
  );

  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }
}
