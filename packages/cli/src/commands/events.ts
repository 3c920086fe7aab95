import type { Event } from '@bpfleet/client';
import { controllerClient } from '../controller-client.ts';
import { instant } from '../run/instant.ts';
import { PrintedHeading } from '../run/printed-heading.ts';
import { printedText } from '../run/printed-text.ts';
import { viewOf } from '../run/view-of.ts';
import type { Terminal } from '../terminal.ts';

export interface EventsOptions {
  readonly follow?: boolean;
  readonly node?: string;
  readonly from?: string;
  readonly to?: string;
  readonly output: 'table' | 'json';
}

/** `bpfleet events ID`: what a session printed, in the order in which it arrived; as JSON an event a line. Throws CliError. */
export async function events(id: string, options: EventsOptions, terminal: Terminal): Promise<void> {
  const client = controllerClient();
  const query = {
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.from === undefined ? {} : { from: instant('--from', options.from) }),
    ...(options.to === undefined ? {} : { to: instant('--to', options.to) }),
  };
  const { answer, session } = await client.session(id);
  const heading = new PrintedHeading(options.output === 'json' ? undefined : (await viewOf(session))?.columns);
  const several = answer.targets > 1 && options.node === undefined;
  const found = options.follow === true ? client.followEvents(id, { query }) : client.events(id, query);
  for await (const event of found) {
    const above = heading.before(event, several);
    terminal.out.write(`${above}${text(heading.row(event), several, options.output, terminal.outIsTerminal)}`);
  }
}

function text(event: Event, several: boolean, output: EventsOptions['output'], onTerminal: boolean): string {
  return output === 'json' ? `${JSON.stringify(event)}\n` : printedText(event, several, onTerminal);
}
