import { Inject, Injectable } from '@nestjs/common';
import { Refusals } from '../audit/refusals.ts';
import { RATE } from '../config/tokens.ts';
import { notFound } from '../problem/not-found.ts';
import { Problem } from '../problem/problem.ts';
import type { Caller } from './caller.ts';
import { type OperationRule, ruleOf } from './operations.ts';
import { type Rate, RateLimiter } from './rate-limiter.ts';
import { allows } from './role.ts';
import { TokenService } from './token.service.ts';
import { Visibility } from './visibility.ts';

/** A call as REST and gRPC both have it. */
export interface Call {
  /** As in `operationRules`; undefined for what is none. */
  readonly operation: string | undefined;
  /** `Bearer TOKEN` */
  readonly authorization: string | undefined;
  /** What its path, or its request, names. */
  readonly subject: string | undefined;
  readonly requestId: string;
}

/** The one door: every call of REST and of gRPC comes through here before anything is done. */
@Injectable()
export class AccessControl {
  private readonly limiter: RateLimiter;

  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(Visibility) private readonly visibility: Visibility,
    @Inject(Refusals) private readonly refusals: Refusals,
    @Inject(RATE) rate: Rate,
  ) {
    this.limiter = new RateLimiter(rate);
  }

  /**
   * Lets a call in, or throws: `unauthenticated`, `rate_limited`, `forbidden`, and `not_found` for what the caller may not even
   * know of. undefined where the operation needs no token.
   */
  async admit(call: Call): Promise<Caller | undefined> {
    const rule = ruleOf(call.operation);
    if (rule?.permission === 'public') {
      return undefined;
    }
    const caller = { ...(await this.tokens.authenticate(call.authorization)), requestId: call.requestId };
    const retryAfterMs = this.limiter.take(caller.tokenId, performance.now());
    if (retryAfterMs > 0) {
      throw new Problem('rate_limited', 'The token was used for too many requests in a short time.', { retryAfterMs });
    }
    const refusal = await this.refusalOf(caller, call, rule);
    if (refusal !== undefined) {
      await this.note(caller, call, refusal.reason);
      throw refusal.problem;
    }
    return caller;
  }

  /** To be called with what a call that was let in failed with: that it asked for more than its token allows is audited. */
  async failed(caller: Caller, call: Pick<Call, 'operation' | 'subject'>, error: unknown): Promise<void> {
    if (error instanceof Problem && error.code === 'forbidden') {
      await this.note(caller, call, error.message);
    }
  }

  private async refusalOf(
    caller: Caller,
    { subject }: Call,
    rule: OperationRule | undefined,
  ): Promise<{ readonly reason: string; readonly problem: Problem } | undefined> {
    if (rule === undefined || rule.permission === 'public' || !allows(caller.role, rule.permission)) {
      const reason = `A token with the role ${caller.role} may not do this.`;
      return { reason, problem: new Problem('forbidden', reason) };
    }
    if (rule.subject === undefined || subject === undefined) {
      return undefined;
    }
    if (!(await this.visibility.sees(caller, rule.subject, subject))) {
      const reason = `the ${rule.subject} is beyond the nodes of the token`;
      return { reason, problem: notFound(rule.subject, subject) };
    }
    if (rule.changes === true && !(await this.visibility.mayChange(caller, rule.subject, subject))) {
      const reason = `A token with the role ${caller.role} may only do this to a ${rule.subject} that it made itself.`;
      return { reason, problem: new Problem('forbidden', reason) };
    }
    return undefined;
  }

  private note(caller: Caller, { operation, subject }: Pick<Call, 'operation' | 'subject'>, reason: string) {
    return this.refusals.note({
      actor: `token:${caller.tokenId}`,
      action: operation ?? 'unknown',
      subject: subject ?? null,
      requestId: caller.requestId,
      reason,
    });
  }
}
