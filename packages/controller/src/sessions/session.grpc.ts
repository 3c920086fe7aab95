import { SessionService as SessionRpc } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { idempotencyKey } from '../rest/idempotency-key.ts';
import { ToolCatalog } from '../tools/tool-catalog.ts';
import type { NodeCheckBody } from './checks/check.body.ts';
import { CheckService } from './checks/check.service.ts';
import { toMessages } from './program-diagnostics.ts';
import type { SessionRow } from './session.entity.ts';
import { SessionService } from './session.service.ts';
import { sessionMessage } from './session-message.ts';
import { sessionMessagePage } from './session-message-page.ts';
import { programOfMessage, sessionRequestOf } from './session-request-message.ts';

/** `control.v1.SessionService`: the same as REST says. */
@Injectable()
export class SessionGrpc implements ControlPart<typeof SessionRpc> {
  readonly service = SessionRpc;
  readonly methods: ControlMethods<typeof SessionRpc> = {
    createSession: async (request, caller) => {
      const session = await this.sessions.create({
        ...sessionRequestOf(request, this.tools),
        caller,
        idempotencyKey: idempotencyKey(request.requestId || undefined),
        scheduledFor: null,
      });
      return { session: await this.message(session), warnings: toMessages(session.warnings) };
    },
    getSession: async ({ id }) => ({ session: await this.message(await this.sessions.get(id)) }),
    listSessions: (request, caller) => sessionMessagePage(this.sessions, caller, request),
    cancelSession: async ({ id }, caller) => ({ session: await this.message(await this.sessions.cancel(id, caller)) }),
    checkProgram: async ({ selector, ...request }, caller) => {
      const program = programOfMessage(request, this.tools);
      const checks = await this.checks.check(program, selector === '' ? 'all' : selector, caller);
      return { nodes: checks.map(checkMessage) };
    },
  };

  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(CheckService) private readonly checks: CheckService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  private async message(session: SessionRow) {
    return sessionMessage(session, await this.sessions.accounts(session.id), await this.sessions.place(session));
  }
}

function checkMessage({ reason, variant, diagnostics, ...check }: NodeCheckBody) {
  const told = { ...(reason === null ? {} : { reason }), ...(variant === undefined ? {} : { variant }) };
  return { ...check, ...told, diagnostics: toMessages(diagnostics) };
}
