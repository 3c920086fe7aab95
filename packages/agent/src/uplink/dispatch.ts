import {
  type CheckQuestion,
  type ConnectResponse,
  type DesiredState,
  type ListProbesQuestion,
  toRpcError,
} from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import type { NodeGuard } from '../guard/node-guard.ts';
import type { Sessions } from '../reconcile/sessions.ts';
import { answerCheck, answerListProbes } from '../service/questions.ts';
import { toServiceError } from '../service/rpc-errors.ts';
import type { RunId } from '../spool/entry.ts';
import type { Spool } from '../spool/spool.ts';
import type { Tracing } from '../tracing.ts';
import type { Reply } from './uplink.ts';

export interface DispatchDuties {
  readonly spool: Spool;
  readonly sessions: Sessions;
  readonly tracing: () => Promise<Tracing>;
  readonly guard: NodeGuard;
  readonly log: Logger;
  /** Something was acknowledged: more may be sent. */
  readonly onAcked: () => void;
  readonly onRefused: (id: RunId, seq: bigint) => void;
}

const maxQuestions = 16;

/** What the controller says, and what is done about it. Anything may come twice, late or not at all. */
export class Dispatch {
  readonly #duties: DispatchDuties;
  #revision: bigint | null = null;
  /** Desired states are taken one after another, and of those that wait only the newest. */
  #desired: DesiredState | null = null;
  #reconciling = false;
  #questions = 0;

  constructor(duties: DispatchDuties) {
    this.#duties = duties;
  }

  /** Revisions only compare within one connection. */
  connecting(): void {
    this.#revision = null;
    this.#desired = null;
  }

  receive({ item }: ConnectResponse, reply: Reply): void {
    const { spool, sessions, log, onAcked, onRefused } = this.#duties;
    switch (item.case) {
      case 'welcome':
        log.info(
          { controllerVersion: item.value.controllerVersion, connectionEpoch: Number(item.value.connectionEpoch) },
          'connected',
        );
        return;
      case 'desired':
        this.#desire(item.value);
        return;
      case 'ack': {
        const { sessionId, bootEpoch, seq } = item.value;
        this.#quietly(spool.ack({ session: sessionId, epoch: bootEpoch }, seq).then(onAcked));
        return;
      }
      case 'manifestAck': {
        const { sessionId, bootEpoch } = item.value;
        this.#quietly(spool.close({ session: sessionId, epoch: bootEpoch }).then(() => sessions.delivered(sessionId)));
        return;
      }
      case 'refusal': {
        const { sessionId, bootEpoch, seq, reason } = item.value;
        log.error(
          { session: sessionId, seq: Number(seq), reason },
          'the controller refused a frame; its records are counted as evicted',
        );
        const id = { session: sessionId, epoch: bootEpoch };
        this.#quietly(spool.refuse(id, seq).then(() => onRefused(id, seq)));
        return;
      }
      case 'check':
        this.#answer(item.value, reply);
        return;
      case 'probes':
        this.#answer(item.value, reply);
        return;
      case 'pong':
      case undefined:
        return;
    }
  }

  #desire(desired: DesiredState): void {
    if (this.#revision !== null && desired.revision < this.#revision) return;
    this.#revision = desired.revision;
    this.#desired = desired;
    if (this.#reconciling) return;
    this.#reconciling = true;
    this.#quietly(
      this.#reconcile().finally(() => {
        this.#reconciling = false;
      }),
    );
  }

  async #reconcile(): Promise<void> {
    while (this.#desired) {
      const { assignments } = this.#desired;
      this.#desired = null;
      await this.#duties.sessions.reconcile(assignments);
    }
  }

  #answer(question: CheckQuestion | ListProbesQuestion, reply: Reply): void {
    const { requestId } = question;
    const kind = question.$typeName === 'bpfleet.fleet.v1.CheckQuestion' ? 'check' : 'probes';
    const failed = (error: string) => reply({ case: kind, value: { requestId, error } });
    if (this.#questions >= maxQuestions) {
      failed(`this agent already answers ${maxQuestions} questions`);
      return;
    }
    this.#questions += 1;
    this.#quietly(
      this.#respond(question, reply)
        .catch((error: unknown) => failed(toRpcError(toServiceError(error)).message))
        .finally(() => {
          this.#questions -= 1;
        }),
    );
  }

  async #respond(question: CheckQuestion | ListProbesQuestion, reply: Reply): Promise<void> {
    const { requestId } = question;
    if (!question.request) throw new Error('the question has no request');
    const tracing = await this.#duties.tracing();
    if (question.$typeName === 'bpfleet.fleet.v1.CheckQuestion') {
      const request = question.request as NonNullable<CheckQuestion['request']>;
      reply({ case: 'check', value: { requestId, response: await answerCheck(tracing, this.#duties.guard, request) } });
    } else {
      const request = question.request as NonNullable<ListProbesQuestion['request']>;
      reply({ case: 'probes', value: { requestId, response: await answerListProbes(tracing, request) } });
    }
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.#duties.log.error({ error: String(error) }, 'a message of the controller could not be carried out'),
    );
  }
}
