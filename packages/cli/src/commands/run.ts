import { randomUUID } from 'node:crypto';
import { ApiError, type RestClient, type ResultDocument, type SessionResource } from '@bpfleet/client';
import { CliError, ExitStatus } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { renderAnswerSheet } from '../render/answer-sheet.ts';
import { courseText } from '../render/course.ts';
import { printable } from '../render/printable.ts';
import { followSession } from '../run/follow-session.ts';
import { onInterrupts } from '../run/interrupts.ts';
import { printedText } from '../run/printed-text.ts';
import { type ProgramObject, type ProgramText, readProgram, withArguments } from '../run/read-program.ts';
import { retryWhileAway } from '../run/retry.ts';
import { type RunSettings, requestOptions, runRequest } from '../run/run-request.ts';
import { refusedProgram, validateProgram, wholeProgram } from '../run/validate-program.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson, writeJsonLine } from '../write-json.ts';
import { renderMaps } from './results.ts';
import { DEFAULT_TOP } from './results-options.ts';

export interface RunOptions extends RunSettings {
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly strict?: boolean;
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
  const given = withArguments(readProgram(what), words);
  const program = given.kind === 'script' ? await wholeProgram(given) : await withParameters(given, options);
  const request = runRequest(program, options);
  for (const warning of program.kind === 'script' ? await validateProgram(program) : []) {
    terminal.err.write(`${printable(warning, '\n\t')}\n`);
  }
  const client = controllerClient();
  const start = await startSession(client, program, request);
  const { started } = start;
  const { id } = started.session;
  // Of a script they were told before it was sent; of an object the nodes have told them.
  for (const { message } of program.kind === 'object' ? started.warnings : []) {
    terminal.err.write(`${printable(`${program.name}: WARNING: ${message}`)}\n`);
  }
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
  const { results, interrupted } = await followSession(client, started, terminal, {
    watch: options.watch === true,
    json,
    cancelAtOnce: start.interrupted,
    leave: () => process.exit(ExitStatus.interrupted),
  }).catch((error: unknown) => {
    throw lostSight(error, id);
  });
  if (json) {
    (options.watch === true ? writeJsonLine : writeJson)(terminal, results);
  } else {
    await writeAnswer(client, results, options, terminal);
  }
  return interrupted ? ExitStatus.interrupted : exitStatus(results.session.state, options.strict === true);
}

async function withParameters(given: ProgramObject, { param = [] }: RunOptions): Promise<ProgramObject> {
  const { withSettings } = await import('../run/object-settings.ts');
  return withSettings(given, param);
}

async function startSession(
  client: RestClient,
  program: ProgramText | ProgramObject,
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
    throw inOptions(error);
  } finally {
    release();
  }
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
  options: RunOptions,
  terminal: Terminal,
): Promise<void> {
  const { out, err, outIsTerminal, paint, paintErr, columns } = terminal;
  if (options.watch !== true && results.output.length > 0) {
    const several = results.answer.targets > 1;
    const all = (results.outputOmitted ?? 0) > 0 ? client.events(results.session.id) : results.output;
    for await (const event of all) {
      out.write(printedText(event, several, outIsTerminal));
    }
    out.write('\n');
  }
  out.write(renderMaps(results.maps, terminal, DEFAULT_TOP));
  out.write(renderAnswerSheet(results.answer, paint, columns));
  out.write(courseText(results.session));
  err.write(paintErr('dim', `Session ${results.session.id}: ${results.session.state}\n`));
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
