import { ApiError, type CreateSchedule } from '@bpfleet/client';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { printable } from '../render/printable.ts';
import { instant } from '../run/instant.ts';
import { prepareProgram } from '../run/prepare-program.ts';
import { type RunSettings, requestOptions, runRequest } from '../run/run-request.ts';
import { refusedProgram } from '../run/validate-program.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

export interface ScheduleAddOptions extends Omit<RunSettings, 'every'> {
  readonly at?: string;
  readonly every?: string;
  readonly cron?: string;
  readonly timeZone?: string;
  readonly overlap: NonNullable<CreateSchedule['overlap']>;
  readonly missed: NonNullable<CreateSchedule['missed']>;
  readonly name: string;
  readonly window: string;
  readonly param: readonly string[];
  readonly output: 'table' | 'json';
}

/** `bpfleet schedule add WHAT`: its id alone on stdout, when it is due on stderr. Throws CliError. */
export async function addSchedule(
  what: string,
  words: readonly string[],
  options: ScheduleAddOptions,
  terminal: Terminal,
): Promise<void> {
  const when = readWhen(options);
  const { program, warnings } = await prepareProgram(what, words, options.param);
  const { name, overlap, missed, at: _, every: __, ...settings } = options;
  const session = runRequest(program, { ...settings, every: options.window });
  for (const warning of warnings) {
    terminal.err.write(`${printable(warning, '\n\t')}\n`);
  }
  let schedule: Awaited<ReturnType<ReturnType<typeof controllerClient>['createSchedule']>>;
  try {
    schedule = await controllerClient().createSchedule({ name, when, overlap, missed, session });
  } catch (error) {
    const diagnostics = error instanceof ApiError ? (error.problem.diagnostics ?? []) : [];
    throw program.kind === 'script' && diagnostics.length > 0
      ? await refusedProgram(program, diagnostics)
      : inOptions(error);
  }
  if (options.output === 'json') {
    writeJson(terminal, schedule);
    return;
  }
  terminal.out.write(`${schedule.id}\n`);
  const next = `It is due first at ${schedule.nextDue ?? '-'}: bpfleet schedule show ${schedule.id}`;
  terminal.err.write(`${terminal.paintErr('dim', next)}\n`);
}

/** The one of --at, --every and --cron that was given. Throws CliError. */
function readWhen({ at, every, cron, timeZone }: ScheduleAddOptions): CreateSchedule['when'] {
  if ([at, every, cron].filter((each) => each !== undefined).length !== 1) {
    throw wrongRequest("Say when, in one way: --at TIME, --every 1h or --cron '0 3 * * *'.");
  }
  if (timeZone !== undefined && cron === undefined) {
    throw wrongRequest('--time-zone is for --cron.', 'A time may have its own: 2026-12-31T23:00+01:00.');
  }
  if (cron !== undefined) {
    return { kind: 'cron', cron, timeZone: timeZone ?? 'UTC' };
  }
  if (every !== undefined) {
    return { kind: 'every', every };
  }
  return { kind: 'at', at: instant('--at', at ?? '') };
}

const optionOf: Readonly<Record<string, string>> = {
  '/name': '--name',
  '/when/at': '--at',
  '/when/every': '--every',
  '/when/cron': '--cron',
  '/when/timeZone': '--time-zone',
  ...Object.fromEntries(Object.entries(requestOptions).map(([pointer, option]) => [`/session${pointer}`, option])),
  '/session/every': '--window',
};

/** The controller names members of the request; people know the options. */
function inOptions(error: unknown): unknown {
  const option = error instanceof ApiError ? optionOf[error.problem.pointer ?? ''] : undefined;
  if (!(error instanceof ApiError) || option === undefined) {
    return error;
  }
  const { detail, hint } = error.problem;
  const details = { ...(hint === undefined ? {} : { hint }), cause: error };
  return new CliError(ExitStatus.wrongRequest, `${option}: ${detail}`, details);
}
