import { existsSync } from 'node:fs';
import type { TraceError } from '@bpfleet/tracer';
import { DescriptorSink } from './descriptor-sink.ts';
import { isTerminal } from './is-terminal.ts';
import { LocalError } from './local-error.ts';
import { type LocalOptions, readLocalCall } from './local-options.ts';
import { missingRight } from './may-trace.ts';
import { isColoured, Messages } from './messages.ts';
import { readLocalProgram } from './read-script.ts';
import { type LocalRun, runLocal } from './run-local.ts';
import { usage } from './usage.ts';
import { readPid } from './watched-process.ts';

/** As bpftrace exits on any error. */
const ERROR = 1;
/** As bpftrace exits where a probe cannot be attached. */
const UNATTACHED = 255;
/** As shells tell a process that wrote to a pipe nobody reads. */
const BROKEN_PIPE = 141;

/**
 * `bpfleet local WORDS`, from the command line to the status to exit with. Writes to this process's own stdout and stderr.
 *
 * @param version of bpfleet
 */
export async function localMain(words: readonly string[], version: string): Promise<number> {
  const out = new DescriptorSink(1);
  const err = new DescriptorSink(2);
  const { env } = process;
  const { coloured, wrong } = isColoured(env, () => isTerminal(1) && isTerminal(2));
  const messages = new Messages(err, { coloured });
  if (wrong !== undefined) messages.warning(wrong);
  try {
    const call = readLocalCall(words);
    switch (call.kind) {
      case 'help':
        out.write(usage);
        return 0;
      case 'version':
        // Scripts ask a tracer for its version to know the language; ours is the one of this release.
        out.write(`bpftrace v0.27.1 (bpfleet ${version})\n`);
        return 0;
      case 'usage':
        err.write(`${call.message === undefined ? '' : `bpfleet local: ${call.message}\n`}${usage}`);
        return ERROR;
      case 'error':
        messages.error(call.message);
        if (call.usage === true) err.write(usage);
        return ERROR;
      case 'info': {
        demandRights();
        const { kernelInfo } = await import('./kernel-info.ts');
        out.write(kernelInfo(version, call.withoutFeatures));
        return 0;
      }
      case 'run':
        return await withOptions(call.options, {
          out,
          err,
          messages: new Messages(err, { coloured, warnings: call.options.given.noWarnings !== true }),
        });
    }
  } catch (error) {
    return statusOf(error, messages);
  }
}

interface Streams {
  readonly out: DescriptorSink;
  readonly err: DescriptorSink;
  readonly messages: Messages;
}

async function withOptions(options: LocalOptions, { out, err, messages }: Streams): Promise<number> {
  const { given, file } = options;
  refuseAbsent(options);
  if (given.debugInfo !== undefined) {
    const { addDebugFolders } = await import('@bpfleet/tracer');
    addDebugFolders(given.debugInfo.split(':').filter((folder) => folder !== ''));
  }
  if (given.list === true && given.script === undefined && !isFile(file)) {
    demandRights();
    if (file?.includes('.') === true && !/[:*]/.test(file)) {
      messages.warning(
        `It appears that '${file}' is a filename but the file does not exist. Treating '${file}' as a search pattern.`,
      );
    }
    const { listByPattern } = await import('./list.ts');
    const of = given.pid === undefined ? {} : { pid: readPid(given.pid) };
    const warn = (message: string) => messages.warning(message);
    await listByPattern(file ?? '*', { verbose: given.verbose === true, ...of }, out, warn);
    return 0;
  }
  const headers = { folders: options.includeFolders, first: options.includes };
  const program = await readLocalProgram(given.script, file, headers, options);
  demandRights();
  const pid = given.pid === undefined ? undefined : readPid(given.pid);
  const tracer = await import('@bpfleet/tracer');
  const holds = given.command !== undefined && given.command !== '';
  const child = holds ? (await import('./child-command.ts')).holdCommand(given.command ?? '') : undefined;
  const run: LocalRun = { program, options, messages, env: process.env, pid, child };
  try {
    if (given.list === true) return await listProgram(run, out);
    if (options.stages.length > 0 && program.kind === 'script') {
      const { showStages } = await import('./show-stages.ts');
      showStages(program, options.stages, tracer.compileEnv(), { out, err });
    }
    if (given.emitElf !== undefined && program.kind === 'script') {
      const env = { ...tracer.compileEnv(), unsafe: given.unsafe === true, mayReadFiles: true, mayWriteFiles: true };
      (await import('./emit-elf.ts')).emitElf(program, given.emitElf, env);
    }
    if (given.mode === 'codegen') return 0;
    return await runLocal(run, tracer);
  } catch (error) {
    if (!isTraceError(error)) throw error;
    if (hasNoProbe(error)) {
      out.write('No probes to attach\n');
      return ERROR;
    }
    return await tellRefusal(error, run);
  } finally {
    await child?.stop();
  }
}

async function listProgram({ program, options: { given }, messages }: LocalRun, out: DescriptorSink): Promise<number> {
  if (program.kind !== 'script') throw new LocalError('-l lists the probes of scripts; this is none.');
  const { listByScript } = await import('./list.ts');
  await listByScript(program, given.verbose === true, out, (message) => messages.warning(message));
  return 0;
}

/** What bpftrace has and this version has not is refused, instead of doing something else. */
function refuseAbsent({ given }: LocalOptions): void {
  const absent: readonly (readonly [boolean, string])[] = [
    [given.mode === 'compiler-bench', '--mode compiler-bench'],
    [given.fmt === true || given.mode === 'format', '--fmt'],
    [given.emitIr !== undefined, '--emit-llvm'],
    [given.dwarfPid !== undefined, '--dwarf-pid'],
    [given.traceableFunctions !== undefined, '--traceable-functions'],
  ];
  const [, name] = absent.find(([asked]) => asked) ?? [];
  if (name !== undefined) throw new LocalError(`${name} is not in this version of bpfleet.`);
}

function isFile(name: string | undefined): boolean {
  return name !== undefined && existsSync(name);
}

function demandRights(): void {
  const missing = missingRight();
  if (missing !== null) {
    throw new LocalError(`Missing ${missing} capability, please run bpfleet as the root user.`);
  }
}

function isTraceError(error: unknown): error is TraceError {
  return error instanceof Error && error.name === 'TraceError';
}

/** bpftrace says so on standard output: nothing is wrong with such a script. */
function hasNoProbe({ diagnostics }: TraceError): boolean {
  return diagnostics.some(({ code }) => code === 'no-probes');
}

/** An error of the tracer as bpftrace tells it: the marked lines of the script, or one line. */
async function tellRefusal(error: TraceError, { program, options, messages }: LocalRun): Promise<number> {
  const { code, diagnostics, verifierLog, message } = error;
  const { tell } = await import('./tell-diagnostics.ts');
  tell(diagnostics, program, messages);
  const showLog = options.given.verbose === true || options.stages.includes('verifier');
  if (verifierLog !== '' && showLog) messages.note(`${verifierLog}\n`);
  const told = code === 'compile' && diagnostics.some(({ severity }) => severity === 'error');
  if (!told) messages.error(message, code === 'verifier' && !showLog ? "-v shows the verifier's log." : undefined);
  return code === 'attach' || code === 'verifier' ? UNATTACHED : ERROR;
}

function statusOf(error: unknown, messages: Messages): number {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') return BROKEN_PIPE;
  if (error instanceof LocalError) {
    for (const report of error.reports) messages.diagnostic('error', report);
    if (error.reports.length === 0) messages.error(error.message, error.hint);
    return ERROR;
  }
  messages.error(error instanceof Error ? error.message || error.name : String(error));
  if (process.env.BPFLEET_DEBUG) console.error(error);
  return ERROR;
}
