import type { NodeAnswer, ResultDocument } from '@bpfleet/aggregate';
import { type Lab, until } from '@bpfleet/testkit';

/** Nine emulated machines that start a process of Node at the same time take minutes for it. */
const patienceMs = 600_000;

/** How long the account of a node may be under way that was given up while it was too busy to answer. */
const accountMs = 180_000;

/** A session of the fleet, as `bpfleet run` starts it. */
export class FleetSession {
  readonly id: string;
  readonly #lab: Lab;

  private constructor(lab: Lab, id: string) {
    this.#lab = lab;
    this.id = id;
  }

  /** Starts a script or an object's file, and waits until every node has either attached or ended. @throws Error with what bpfleet said */
  static async start(
    lab: Lab,
    program: string,
    nodes: readonly string[],
    options: readonly string[] = [],
  ): Promise<FleetSession> {
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
      ...options,
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

  /** Ends it where it has not ended by itself, and waits as ended() does. */
  async end(lost: readonly string[] = []): Promise<void> {
    if (!this.#over(await this.document())) {
      const { code, stderr } = await this.#lab.cli('cancel', this.id);
      if (code !== 0 && !this.#over(await this.document())) throw new Error(`bpfleet cancel: ${stderr.trim()}`);
    }
    await this.ended(lost);
  }

  /**
   * Waits for it to end by itself, and for every node's account: one that was away at the end brings it when it is back,
   * which the controller then takes. One that does not come back in time is judged by what the controller has.
   *
   * @param lost nodes that will not come back
   */
  async ended(lost: readonly string[] = []): Promise<void> {
    await this.#until('the session to end', (document) => this.#over(document));
    const away = ({ name, reason }: NodeAnswer) =>
      !lost.includes(name) && /no manifest came|connection was lost|never said/.test(reason ?? '');
    const told = async () => !(await this.document()).answer.nodes.some(away);
    await until('the accounts of nodes that were away', told, accountMs).catch(() => undefined);
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
