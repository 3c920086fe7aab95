import type { ResultDocument } from '@bpfleet/aggregate';
import { type Lab, until } from '@bpfleet/testkit';

/** Nine emulated machines that start a process of Node at the same time take minutes for it. */
const patienceMs = 600_000;

/** A session of the fleet, as `bpfleet run` starts it. */
export class FleetSession {
  readonly id: string;
  readonly #lab: Lab;

  private constructor(lab: Lab, id: string) {
    this.#lab = lab;
    this.id = id;
  }

  /** Starts a script or an object's file, and waits until every node has either attached or ended. @throws Error with what bpfleet said */
  static async start(lab: Lab, program: string, nodes: readonly string[]): Promise<FleetSession> {
    const selector = `name in (${nodes.join(',')})`;
    const run = await lab.cli(
      'run',
      program,
      '--nodes',
      selector,
      '--for',
      '600s',
      '--every',
      '2s',
      '--detach',
      '-o',
      'json',
    );
    if (run.code !== 0) throw new Error(`bpfleet run ended with ${run.code}: ${run.stderr.trim()}`);
    const session = new FleetSession(lab, (JSON.parse(run.stdout) as ResultDocument).session.id);
    const attached = ({ answer }: ResultDocument) => answer.nodes.every(({ state }) => state !== 'pending');
    await session.#until('every node to attach', attached).catch(async (error: Error) => {
      // Of one that does not get there its part of the answer tells; the others go on.
      if ((await session.document()).answer.nodes.every(({ state }) => state === 'pending')) throw error;
    });
    return session;
  }

  document(by?: string): Promise<ResultDocument> {
    return this.#lab.get(`/sessions/${this.id}/results${by === undefined ? '' : `?by=${by}`}`);
  }

  /** Ends it where it has not ended by itself, and waits for every node's account. */
  async end(): Promise<void> {
    if (this.#over(await this.document())) return;
    const { code, stderr } = await this.#lab.cli('cancel', this.id);
    if (code !== 0 && !this.#over(await this.document())) throw new Error(`bpfleet cancel: ${stderr.trim()}`);
    await this.ended();
  }

  /** Waits for it to end by itself, and for every node's account. */
  ended(): Promise<void> {
    return this.#until('the session to end', (document) => this.#over(document));
  }

  async #until(what: string, holds: (document: ResultDocument) => boolean): Promise<void> {
    let last: ResultDocument | undefined;
    try {
      await until(
        what,
        async () => {
          last = await this.document();
          return holds(last);
        },
        patienceMs,
      );
    } catch (cause) {
      const states = last?.answer.nodes.map(({ name, state }) => `${name} ${state}`).join(', ');
      throw new Error(`${(cause as Error).message} (${states})`, { cause });
    }
  }

  #over({ session, answer }: ResultDocument): boolean {
    return (
      !['pending', 'running'].includes(session.state) &&
      answer.nodes.every(({ state }) => !['pending', 'running'].includes(state))
    );
  }
}
