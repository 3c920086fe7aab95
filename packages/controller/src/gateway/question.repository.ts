import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface Question {
  readonly nodeIds: string[];
  readonly request: Buffer;
  /** Until nobody waits for the answer any more. */
  readonly remainingMs: number;
}

/** Who asks waits so long, and no longer. */
export const questionMs = 5_000;

/** Questions of controllers to nodes that are connected to others. */
@Injectable()
export class QuestionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** What others left behind when they died goes by the way. */
  async ask(id: string, nodeIds: readonly string[], request: Uint8Array): Promise<void> {
    await this.database.query(`delete from node_question where asked_at < now() - interval '1 minute'`);
    await this.database.query(
      'insert into node_question (id, node_ids, request, asked_at) values ($1, $2, $3, now())',
      [id, nodeIds, Buffer.from(request)],
    );
  }

  async find(id: string): Promise<Question | undefined> {
    const rows: Question[] = await this.database.query(
      `select node_ids as "nodeIds", request, greatest(0, $2 - extract(epoch from now() - asked_at) * 1000)::float8 as "remainingMs"
       from node_question where id = $1`,
      [id, questionMs],
    );
    return rows[0];
  }

  /** Answers to a question that was given up go nowhere. */
  async reply(id: string, answers: readonly { nodeId: string; response: Uint8Array | null }[]): Promise<void> {
    await this.database.query(
      `insert into node_answer (question_id, node_id, response)
       select question.id, each.node_id, each.response
       from (select id from node_question where id = $1 for key share) question,
         unnest($2::uuid[], $3::bytea[]) as each (node_id, response)
       on conflict do nothing`,
      [
        id,
        answers.map(({ nodeId }) => nodeId),
        answers.map(({ response }) => (response === null ? null : Buffer.from(response))),
      ],
    );
  }

  answers(id: string): Promise<{ nodeId: string; response: Buffer | null }[]> {
    return this.database.query('select node_id as "nodeId", response from node_answer where question_id = $1', [id]);
  }

  async forget(id: string): Promise<void> {
    await this.database.query('delete from node_question where id = $1', [id]);
  }
}
