import { randomUUID } from 'node:crypto';
import {
  type CheckRequest,
  CheckRequestSchema,
  type CheckResponse,
  CheckResponseSchema,
  fromBinary,
  toBinary,
} from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import { Hints } from '../database/hints.ts';
import { ConnectedAgents } from './connected-agents.ts';
import { QuestionRepository } from './question.repository.ts';

/** Where no hint comes, answers are looked for so often. */
const lookEveryMs = 250;

/** What came of asking a node. */
export type NodeAnswer =
  | { readonly kind: 'offline' }
  /** Connected, but no answer in time. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'answered'; readonly response: CheckResponse };

/** Asks nodes whether a program would load there, whichever controller they are connected to. */
@Injectable()
export class NodeQuestions {
  constructor(
    @Inject(ConnectedAgents) private readonly agents: ConnectedAgents,
    @Inject(QuestionRepository) private readonly questions: QuestionRepository,
    @Inject(Hints) private readonly hints: Hints,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Answers for others from now on; returns what ends that. */
  start(): () => void {
    return this.hints.on('question', (id) => {
      void this.answer(id).catch((err: unknown) => this.log.warn({ err }, 'a question could not be answered'));
    });
  }

  /** The answers, in the order of the nodes. `online`: whether any controller has a connection of it. */
  async check(
    nodes: readonly { readonly id: string; readonly online: boolean }[],
    request: CheckRequest,
    timeoutMs: number,
  ): Promise<NodeAnswer[]> {
    const elsewhere = nodes.filter(({ id, online }) => online && this.agents.get(id) === undefined).map(({ id }) => id);
    const remote = this.askOthers(elsewhere, request, timeoutMs);
    return Promise.all(
      nodes.map(async ({ id }): Promise<NodeAnswer> => {
        const agent = this.agents.get(id);
        if (agent === undefined) {
          return (await remote).get(id) ?? { kind: 'offline' };
        }
        const response = await agent.check(request, timeoutMs);
        if (response !== undefined) {
          return { kind: 'answered', response };
        }
        return this.agents.get(id) === undefined ? { kind: 'offline' } : { kind: 'silent' };
      }),
    );
  }

  /** By node; those that do not answer are silent. */
  private async askOthers(
    nodeIds: readonly string[],
    request: CheckRequest,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, NodeAnswer>> {
    const answers = new Map<string, NodeAnswer>(nodeIds.map((id) => [id, { kind: 'silent' }]));
    if (nodeIds.length === 0) {
      return answers;
    }
    const id = randomUUID();
    await this.questions.ask(id, nodeIds, toBinary(CheckRequestSchema, request));
    const until = performance.now() + timeoutMs;
    try {
      let missing = nodeIds.length;
      let heard = this.nextAnswer(id);
      this.hints.publish('question', id);
      while (missing > 0 && performance.now() < until) {
        await heard;
        heard = this.nextAnswer(id);
        const rows = await this.questions.answers(id);
        missing = nodeIds.length - rows.length;
        for (const { nodeId, response } of rows) {
          if (response !== null) {
            answers.set(nodeId, { kind: 'answered', response: fromBinary(CheckResponseSchema, response) });
          }
        }
      }
    } finally {
      await this.questions.forget(id);
    }
    return answers;
  }

  private nextAnswer(questionId: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(), lookEveryMs);
      const off = this.hints.on('answer', (id) => id === questionId && done());
      const done = () => {
        clearTimeout(timer);
        off();
        resolve();
      };
    });
  }

  /** For the nodes of another's question that are connected here. */
  private async answer(id: string): Promise<void> {
    const question = await this.questions.find(id);
    const here = question?.nodeIds.flatMap((nodeId) => this.agents.get(nodeId) ?? []) ?? [];
    if (question === undefined || here.length === 0) {
      return;
    }
    const request = fromBinary(CheckRequestSchema, question.request);
    const answers = await Promise.all(
      here.map(async (agent) => {
        const response = await agent.check(request, question.remainingMs);
        return { nodeId: agent.nodeId, response: response ? toBinary(CheckResponseSchema, response) : null };
      }),
    );
    await this.questions.reply(id, answers);
    this.hints.publish('answer', id);
  }
}
