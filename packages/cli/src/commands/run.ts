import { randomUUID } from 'node:crypto';
import { ApiError, type RestClient, type ResultDocument, type SessionResource } from '@bpfleet/client';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { renderAnswerSheet } from '../render/answer-sheet.ts';
import { courseText } from '../render/course.ts';
import { printable } from '../render/printable.ts';
import type { ToolView } from '../render/tool-view.ts';
import { followSession } from '../run/follow-session.ts';
import { onInterrupts } from '../run/interrupts.ts';
import { manifestAdvice } from '../run/object-settings.ts';
import { type Program, prepareProgram } from '../run/prepare-program.ts';
import { PrintedHeading } from '../run/printed-heading.ts';
import { printedText } from '../run/printed-text.ts';
import { retryWhileAway } from '../run/retry.ts';
import { type RunSettings, requestOptions, runRequest } from '../run/run-request.ts';
import { refusedProgram } from '../run/validate-program.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson, writeJsonLine } from '../write-json.ts';
import { renderMaps } from './results.ts';
import { DEFAULT_TOP, groupTitle, requireGrouping } from './results-options.ts';

export interface RunOptions extends RunSettings {
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly strict?: boolean;
  /** Print what would be run. */
  readonly show?: boolean;
  /** Of the results, once they are whole: `node`, `window` or `label:KEY`. */
  readonly by?: string;
  /** Entries of a group that are shown; 0: all. */
  readonly top?: number;
  /** Of objects: `NAME=VALUE` each. */
  readonly param?: readonly string[];
  readonly output: 'table' | 'json';
}

/** `bpfleet run WHAT [-- ARGUMENTS]`. Returns the exit status; throws CliError. */
export async function run(
  what: string,
  words: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<number> {
  const json = options.output === 'json';
  requireGrouping(options.by);
  const { program, warnings } = await prepareProgram(
    what,
    words,
    options.param ?? [],
    options.show === true ? 'here-first' : 'controller',
  );
  if (options.show === true) return showScripts(program, terminal);
  const request = runRequest(program, options);
  for (const warning of warnings) {
    terminal.err.write(`${printable(warning, '\n\t')}\n`);
  }
  const view = program.kind === 'tool' ? program.tool.manifest : undefined;
  const client = controllerClient();
  const start = await startSession(client, program, request);
  const { started } = start;
  const { id } = started.session;
  // Of a script they were told before it was sent; of an object the nodes have told them.
  if (program.kind === 'object') warn(program, started.warnings, terminal);
  if (options.detach === true) {
    if (json) {
      writeJson(terminal, started);
    } else {
      terminal.out.write(`${id}\n`);
      terminal.err.write(
        terminal.paintErr('dim', `It runs on its own: bpfleet session ${id}, bpfleet results ${id}\n`),
      );
    }
    return ExitStatus.done;
  }
  const { results: merged, interrupted } = await followSession(client, started, terminal, {
    watch: options.watch === true,
    json,
    cancelAtOnce: start.interrupted,
    leave: () => process.exit(ExitStatus.interrupted),
    ...(view === undefined ? {} : { view }),
  }).catch((error: unknown) => {
    throw lostSight(error, id);
  });
  const results = options.by === undefined ? merged : await client.results(id, { by: options.by });
  if (program.kind === 'object') {
    const now = await client.session(id);
    const before = new Set(started.warnings.map(({ message }) => message));
    const late = now.warnings.filter(({ message }) => !before.has(message));
    warn(program, late, terminal);
    adviseOnManifest(program, now, results, terminal);
  }
  if (json) {
    (options.watch === true ? writeJsonLine : writeJson)(terminal, results);
  } else {
    await writeAnswer(client, results, { ...options, view }, terminal);
  }
  return interrupted ? ExitStatus.interrupted : exitStatus(results.session.state, options.strict === true);
}

function warn({ name }: Program & { kind: 'object' }, warnings: SessionResource['warnings'], { err }: Terminal): void {
  for (const { message } of warnings) err.write(`${printable(`${name}: WARNING: ${message}`)}\n`);
}

/** Once, whatever of it was told: on the way, or by a node that did not run it. */
function adviseOnManifest(
  { name }: Program & { kind: 'object' },
  { warnings }: SessionResource,
  { answer }: ResultDocument,
  { err, paintErr }: Terminal,
): void {
  const told = [...warnings.map(({ message }) => message), ...answer.nodes.map(({ reason }) => reason ?? '')];
  const advice = manifestAdvice(name, told);
  if (advice !== undefined) err.write(paintErr('dim', `${printable(advice)}\n`));
}

/** `--show`: the scripts that the nodes would be told to run, the first that fits each. */
function showScripts(program: Program, { out }: Terminal): number {
  if (program.kind === 'object') throw wrongRequest('--show: an object has no script.');
  if (program.kind === 'script') {
    out.write(`${program.source.trimEnd()}\n`);
    return ExitStatus.done;
  }
  const { variants, arguments: words } = program.scripts;
  const shown = variants.map(({ name, source, kernels }) => {
    const heading = variants.length === 1 ? '' : `// ${name}, known to run on ${kernels}\n`;
    return `${heading}${source.trimEnd()}\n`;
  });
  out.write(`${words.length === 0 ? '' : `// ${words.join(' ')}\n`}${shown.join('\n')}`);
  return ExitStatus.done;
}

async function startSession(
  client: RestClient,
  program: Program,
  request: Parameters<RestClient['createSession']>[0],
): Promise<{ readonly started: SessionResource; readonly interrupted: boolean }> {
  const key = randomUUID();
  let interrupted = false;
  // A session that nobody has heard of cannot be cancelled: wait for its id.
  const release = onInterrupts(
    () => {
      interrupted = true;
    },
    () => process.exit(ExitStatus.interrupted),
  );
  try {
    return { started: await retryWhileAway(() => client.createSession(request, key), 3_000), interrupted };
  } catch (error) {
    const diagnostics = error instanceof ApiError ? (error.problem.diagnostics ?? []) : [];
    if (program.kind === 'script' && diagnostics.some(({ severity }) => severity === 'error')) {
      throw await refusedProgram(program, diagnostics);
    }
    if (program.kind === 'tool' && error instanceof ApiError && error.problem.code === 'invalid_program') {
      const message = `No node that was chosen can run ${program.tool.manifest.name}: ${error.message}`;
      throw new CliError(ExitStatus.wrongRequest, message, { cause: error });
    }
    throw program.kind === 'object' ? withManifestAdvice(error, program.name) : inOptions(error);
  } finally {
    release();
  }
}

/** Also where an option was wrong, which no manifest can mend. */
function withManifestAdvice(error: unknown, name: string): unknown {
  const hint = error instanceof ApiError ? manifestAdvice(name, [error.message]) : undefined;
  if (!(error instanceof ApiError) || hint === undefined) return inOptions(error);
  return new CliError(ExitStatus.wrongRequest, error.message, { hint, cause: error });
}

/** The session goes on without us. */
function lostSight(error: unknown, id: string): unknown {
  if (!(error instanceof ApiError && error.transient)) {
    return error;
  }
  const hint = `The session goes on; once the controller is back: bpfleet results ${id}`;
  return new CliError(ExitStatus.failed, error.message, { hint, cause: error });
}

function inOptions(error: unknown): unknown {
  const pointer = error instanceof ApiError ? error.problem.pointer : undefined;
  const option = requestOptions[pointer ?? ''];
  if (!(error instanceof ApiError) || option === undefined) {
    return error;
  }
  const { detail, hint } = error.problem;
  return new CliError(ExitStatus.wrongRequest, `${option}: ${detail}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

async function writeAnswer(
  client: RestClient,
  results: ResultDocument,
  options: RunOptions & { readonly view: ToolView | undefined },
  terminal: Terminal,
): Promise<void> {
  const { out, err, outIsTerminal, paint, paintErr, columns } = terminal;
  if (options.watch !== true && results.output.length > 0) {
    const several = results.answer.targets > 1;
    const all = (results.outputOmitted ?? 0) > 0 ? client.events(results.session.id) : results.output;
    const heading = new PrintedHeading(options.view?.columns);
    for await (const event of all) {
      out.write(`${heading.before(event, several)}${printedText(heading.row(event), several, outIsTerminal)}`);
    }
    out.write('\n');
  } else if (hasNothing(results)) {
    out.write('Nothing to show: while it ran, nothing happened that it measures.\n\n');
  }
  const reading = { groupTitle: groupTitle(options.by), view: options.view };
  out.write(renderMaps(results.maps, terminal, options.top ?? DEFAULT_TOP, reading));
  out.write(renderAnswerSheet(results.answer, paint, columns));
  out.write(courseText(results.session));
  err.write(paintErr('dim', `Session ${results.session.id}: ${results.session.state}\n`));
}

/** Whether nodes answered, and had nothing to tell. */
function hasNothing({ answer, maps, output }: ResultDocument): boolean {
  return (
    answer.complete + answer.partial > 0 && output.length === 0 && maps.every(({ entries }) => entries.length === 0)
  );
}

/** A partial answer is an answer unless it was asked to be whole; no answer from any node is a failure. */
export function exitStatus(state: ResultDocument['session']['state'], strict: boolean): number {
  switch (state) {
    case 'complete':
      return ExitStatus.done;
    case 'partial':
    case 'cancelled':
      return strict ? ExitStatus.inconclusive : ExitStatus.done;
    case 'failed':
    case 'pending':
    case 'running':
      return ExitStatus.failed;
  }
}
