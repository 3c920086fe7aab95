import type {
  Answer,
  CheckRequest,
  CheckResponse,
  ListProbesRequest,
  ListProbesResponse,
  Question,
} from '@bpfleet/contracts';

interface Subjects {
  readonly check: { readonly request: CheckRequest; readonly response: CheckResponse };
  readonly probes: { readonly request: ListProbesRequest; readonly response: ListProbesResponse };
}
export type Subject = keyof Subjects;
export interface QuestionOn<S extends Subject> {
  readonly case: S;
  readonly value: Subjects[S]['request'];
}
/** What a node says to it. */
export type ResponseOn<S extends Subject> = Subjects[S]['response'];

type Waiting = (answer: Answer['about'] | undefined) => void;

/** What one agent was asked over its connection and has not answered. */
export class AgentQuestions {
  private readonly waiting = new Map<bigint, Waiting>();
  private readonly send: (requestId: bigint, question: Question['about']) => void;
  private last = 0n;

  constructor(send: (requestId: bigint, question: Question['about']) => void) {
    this.send = send;
  }

  /** undefined where no answer, or another one than to this, came within `timeoutMs`. */
  async ask<S extends Subject>(question: QuestionOn<S>, timeoutMs: number): Promise<ResponseOn<S> | undefined> {
    const requestId = ++this.last;
    const answer = await new Promise<Answer['about'] | undefined>((resolve) => {
      const timer = setTimeout(() => answered(undefined), timeoutMs);
      const answered: Waiting = (about) => {
        clearTimeout(timer);
        this.waiting.delete(requestId);
        resolve(about);
      };
      this.waiting.set(requestId, answered);
      this.send(requestId, question as Question['about']);
    });
    return answer?.case === question.case ? (answer.value as ResponseOn<S>) : undefined;
  }

  /** What the agent says; undefined where it says that it cannot. Answers that nobody waits for go nowhere. */
  answered(requestId: bigint, answer: Answer['about'] | undefined): void {
    this.waiting.get(requestId)?.(answer);
  }

  /** The connection has ended. */
  close(): void {
    for (const answered of [...this.waiting.values()]) answered(undefined);
  }
}
