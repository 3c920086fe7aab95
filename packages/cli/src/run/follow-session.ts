import { setTimeout as sleep } from 'node:timers/promises';
import type { RestClient, ResultDocument, SessionResource } from '@bpfleet/client';
import { renderMaps } from '../commands/results.ts';
import type { ToolView } from '../render/tool-view.ts';
import type { Terminal } from '../terminal.ts';
import { writeJsonLine } from '../write-json.ts';
import { onInterrupts } from './interrupts.ts';
import { LiveBlock } from './live-block.ts';
import { PrintedHeading } from './printed-heading.ts';
import { printedText } from './printed-text.ts';
import { progressText } from './progress-text.ts';

export interface FollowSettings {
  readonly watch: boolean;
  readonly json: boolean;
  /** The person asked for it before the session was there. */
  readonly cancelAtOnce: boolean;
  /** Leaves the process at once: the second Ctrl-C. */
  readonly leave: () => void;
  /** Of a tool: how its results are read. */
  readonly view?: ToolView;
}

export interface Followed {
  readonly results: ResultDocument;
  /** Whether the person asked to cancel it. */
  readonly interrupted: boolean;
}

const REDRAW_MS = 250;
/** How long a controller may be away at the end: it may be restarting. */
const PATIENCE_MS = 60_000;
const LAST_LINES_MS = 2_000;
const WATCH_TOP = 15;

/**
 * Follows a session to its end: progress on stderr's terminal, under `watch` also results and printed lines as they
 * come. The first Ctrl-C cancels the session and goes on until it has ended.
 */
export async function followSession(
  client: RestClient,
  started: SessionResource,
  terminal: Terminal,
  settings: FollowSettings,
): Promise<Followed> {
  const { id } = started.session;
  const view = new SessionView(started, terminal, settings);
  let interrupted = false;
  const cancel = () => {
    interrupted = true;
    view.say('Cancelling the session; Ctrl-C again leaves it to end alone.');
    client.cancelSession(id).catch((error: Error) => view.say(`It could not be cancelled: ${error.message}`));
  };
  const leave = () => {
    view.close();
    terminal.err.write(`Session ${id} is left to end alone, at its deadline at the latest: bpfleet session ${id}\n`);
    settings.leave();
  };
  const release = onInterrupts(settings.cancelAtOnce ? leave : cancel, leave);
  if (settings.cancelAtOnce) {
    cancel();
  }
  const stopPrinting = new AbortController();
  const printing = settings.watch && !settings.json ? printEvents(client, id, view, stopPrinting.signal) : null;
  try {
    const results = await watchToEnd(client, id, view, settings.watch);
    if (printing !== null) {
      // The lines end with the session; this is for the last ones.
      await Promise.race([printing, sleep(LAST_LINES_MS, undefined, { ref: false })]);
    }
    return { results, interrupted };
  } finally {
    stopPrinting.abort();
    view.close();
    release();
  }
}

async function watchToEnd(
  client: RestClient,
  id: string,
  view: SessionView,
  interim: boolean,
): Promise<ResultDocument> {
  const onReconnect = () => view.say('The controller is away; trying again.', 'once');
  for await (const update of client.followSession(id, { onReconnect, patienceMs: PATIENCE_MS, interim })) {
    switch (update.kind) {
      case 'session':
        view.session(update.session);
        break;
      case 'results':
        view.results(update.results);
        break;
      case 'end':
        return update.results;
    }
  }
  throw new Error('the controller ended the stream of the session');
}

async function printEvents(client: RestClient, id: string, view: SessionView, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of client.followEvents(id, { signal })) {
      view.printed(event);
    }
  } catch (error) {
    if (!signal.aborted) {
      view.say(`Printed lines are missing from here: ${(error as Error).message}`);
    }
  }
}

/** What a person sees of a session while it goes on. */
class SessionView {
  readonly #terminal: Terminal;
  readonly #settings: FollowSettings;
  readonly #block: LiveBlock;
  readonly #timer: NodeJS.Timeout;
  readonly #said = new Set<string>();
  readonly #heading: PrintedHeading;
  #session: SessionResource;
  #maps = '';

  constructor(started: SessionResource, terminal: Terminal, settings: FollowSettings) {
    this.#terminal = terminal;
    this.#settings = settings;
    this.#session = started;
    this.#heading = new PrintedHeading(settings.view?.columns);
    this.#block = new LiveBlock(terminal.errIsTerminal ? process.stderr : null);
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS).unref();
    this.#draw();
  }

  session(session: SessionResource): void {
    this.#session = session;
    this.#draw();
  }

  results(results: ResultDocument): void {
    const { watch, json } = this.#settings;
    if (!watch) {
      return;
    }
    if (json) {
      this.#block.above(() => writeJsonLine(this.#terminal, results));
    } else if (this.#terminal.outIsTerminal) {
      this.#maps = renderMaps(results.maps, this.#terminal, WATCH_TOP, { view: this.#settings.view });
      this.#draw();
    } else {
      this.#block.above(() =>
        this.#terminal.out.write(renderMaps(results.maps, this.#terminal, 0, { view: this.#settings.view })),
      );
    }
  }

  printed(event: ResultDocument['output'][number]): void {
    const several = this.#session.answer.targets > 1;
    const heading = this.#heading.before(event, several);
    const text = printedText(this.#heading.row(event), several, this.#terminal.outIsTerminal);
    this.#block.above(() => this.#terminal.out.write(`${heading}${text}`));
  }

  say(text: string, how: 'always' | 'once' = 'always'): void {
    if (how === 'once' && this.#said.has(text)) {
      return;
    }
    this.#said.add(text);
    this.#block.above(() => this.#terminal.err.write(`${text}\n`));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#block.clear();
  }

  #draw(): void {
    this.#block.show(`${this.#maps}${this.#terminal.paintErr('cyan', progressText(this.#session, Date.now()))}\n`);
  }
}
