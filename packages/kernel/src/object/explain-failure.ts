import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import { perfForRootAlone } from '../perf/paranoid.ts';
import { VerifierError } from '../program/load-program.ts';
import { refusalText } from '../program/refusal-text.ts';
import { NO_REASON, readVerifierLog } from '../program/verifier-log.ts';

/** Of a line of the source that is shown, characters. */
const MAX_SOURCE = 120;

/** Of a program that is made for one function, or event, when it is loaded. */
const NO_TARGET = /^prog '([^']*)': failed to find kernel BTF type ID of '([^']*)': -3$/;

/** Of uprobes and of usdt, which libbpf attaches as uprobes. */
const NO_UPROBE = /failed to create (u(?:ret)?probe) '([^']*)' perf event: Permission denied/;

/** A call that the compiler has left, of a function that nothing defines. */
const NO_FUNCTION = /^failed to find BTF for extern '([^']*)': -2$/;

/** As libbpf prints an error that the C library has no text for; ENOTSUPP is one of the kernel's own (linux/errno.h). */
const NO_TEXT = /ERROR: strerror_r\(-524\)=\d+/;
const ENOTSUPP = 'ENOTSUPP: this kernel does not support it there';

/** As libbpf 1.x prints the log of a program that was refused. */
const PROGRAM_LOG = /prog '([^']*)': -- BEGIN PROG LOAD LOG --\n([\s\S]*?)-- END PROG LOAD LOG --/;

/**
 * Why libbpf could not do it, in one sentence.
 *
 * @param what what was tried, as in `load the object`
 * @param messages what libbpf warned of meanwhile
 */
export function explainFailure(what: string, errno: number, messages: readonly string[]): KernelError {
  for (const message of messages) {
    const [, program, log] = PROGRAM_LOG.exec(message) ?? [];
    if (program === undefined || log === undefined) continue;
    const { reason } = readVerifierLog(log);
    if (reason === NO_REASON) return errnoError(`${what}: its program "${program}" was not accepted`, errno);
    return new VerifierError(
      program,
      errno,
      { reason: `${refusalText(reason)}${sourceOf(log)}`, instruction: null, source: null },
      log.trim(),
    );
  }
  // What comes after the first only says what could not be done because of it.
  const first = messages[0]
    ?.replace(/^libbpf: /, '')
    .trim()
    .replace(NO_TEXT, ENOTSUPP);
  if (first === undefined || errnoName(errno) === 'EPERM') return errnoError(what, errno);
  const [, program, target] = NO_TARGET.exec(first) ?? [];
  if (program !== undefined) {
    const why = `program "${program}" is for ${target}, which this kernel's types do not have`;
    const advice = `where the others make sense without it, a manifest says programs: {${program}: {optional: true}}`;
    return new KernelError('ENOENT', `cannot ${what}: ${why}; ${advice}`);
  }
  const [, missing] = NO_FUNCTION.exec(first) ?? [];
  if (missing !== undefined) {
    const advice = 'a newer clang may write it out (of memcmp one from 15 on), or the source must have it';
    return new KernelError('ENOENT', `cannot ${what}: it calls ${missing}, which is not in it; ${advice}`);
  }
  const reserved = /perf_event_open\(\) failed: Permission denied/.test(first)
    ? perfForRootAlone()
    : uprobeForRoot(first);
  const advice = errnoName(errno) === 'E2BIG' ? ': the verifier gave up, it is too large or too complex' : '';
  return new KernelError(errnoName(errno), `cannot ${what}: ${reserved ?? first}${advice}`);
}

/** Why a uprobe is refused to whoever has CAP_PERFMON; null where it is not one. */
function uprobeForRoot(said: string): string | null {
  const [, what, place] = NO_UPROBE.exec(said) ?? [];
  if (what === undefined) return null;
  const since = 'from 6.6 on they need CAP_PERFMON alone';
  return (
    perfForRootAlone() ?? `this kernel gives uprobes to CAP_SYS_ADMIN alone, and so no ${what} at ${place}; ${since}`
  );
}

/** The line of the source that the verifier was at last, where the object tells its lines. */
function sourceOf(log: string): string {
  const [, text, place] = [...log.matchAll(/^; (.*?)(?: @ (\S+:\d+))?$/gm)].at(-1) ?? [];
  if (text === undefined || text.trim() === '') return '';
  return `, at "${text.trim().slice(0, MAX_SOURCE)}"${place === undefined ? '' : ` (${place})`}`;
}
