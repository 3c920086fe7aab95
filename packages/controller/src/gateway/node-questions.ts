import { randomUUID } from 'node:crypto';
import {
  type Answer,
  AnswerSchema,
  create,
  fromBinary,
  type Question,
  QuestionSchema,
  toBinary,
} from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import { Hints } from '../database/hints.ts';
import type { QuestionOn, ResponseOn, Subject } from './agent-questions.ts';
import { ConnectedAgents } from './connected-agents.ts';
import { QuestionRepository } from './question.repository.ts';

/** Where no hint comes, answers are looked for so often. */
const lookEveryMs = 250;

/** What came of asking a node. */
export type NodeAnswer<S extends Subject = 'check'> =
  | { readonly kind: 'offline' }
  /** Connected, but no answer in time. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'answered'; readonly response: ResponseOn<S> };

/** Asks nodes something, whichever controller they are connected to. */
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
  async ask<S extends Subject>(
    nodes: readonly { readonly id: string; readonly online: boolean }[],
    question: QuestionOn<S>,
    timeoutMs: number,
  ): Promise<NodeAnswer<S>[]> {
    const elsewhere = nodes.filter(({ id, online }) => online && this.agents.get(id) === undefined).map(({ id }) => id);
    const remote = this.askOthers(elsewhere, question, timeoutMs);
    return Promise.all(
      nodes.map(async ({ id }): Promise<NodeAnswer<S>> => {
        const agent = this.agents.get(id);
        if (agent === undefined) {
          return (await remote).get(id) ?? { kind: 'offline' };
        }
        const response = await agent.ask(question, timeoutMs);
        if (response !== undefined) {
          return { kind: 'answered', response };
        }
        return this.agents.get(id) === undefined ? { kind: 'offline' } : { kind: 'silent' };
      }),
    );
  }

  /** By node; those that do not answer are silent. */
  private async askOthers<S extends Subject>(
    nodeIds: readonly string[],
    question: QuestionOn<S>,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, NodeAnswer<S>>> {
    const answers = new Map<string, NodeAnswer<S>>(nodeIds.map((id) => [id, { kind: 'silent' }]));
    if (nodeIds.length === 0) {
      return answers;
    }
    const id = randomUUID();
    const message = create(QuestionSchema, { about: question as Question['about'] });
    await this.questions.ask(id, nodeIds, toBinary(QuestionSchema, message));
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
          const about = response === null ? undefined : fromBinary(AnswerSchema, response).about;
          if (about?.case === question.case) {
            answers.set(nodeId, { kind: 'answered', response: about.value as ResponseOn<S> });
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
    const { about } = fromBinary(QuestionSchema, question.request);
    if (about.case === undefined) return;
    const answers = await Promise.all(
      here.map(async (agent) => {
        const value = await agent.ask(about, question.remainingMs);
        const answer = value && create(AnswerSchema, { about: { case: about.case, value } as Answer['about'] });
        return { nodeId: agent.nodeId, response: answer ? toBinary(AnswerSchema, answer) : null };
      }),
    );
    await this.questions.reply(id, answers);
    this.hints.publish('answer', id);
  }
}
