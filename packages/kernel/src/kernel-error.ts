import { constants } from 'node:os';

const errnoNames = new Map<number, string>(Object.entries(constants.errno).map(([name, number]) => [number, name]));
// The first is unknown to node:os, the second has two names there.
errnoNames.set(524, 'ENOTSUPP');
errnoNames.set(11, 'EAGAIN');

/** Name of an errno, such as `EPERM`; `E123` where it has none. */
export function errnoName(errno: number): string {
  return errnoNames.get(Math.abs(errno)) ?? `E${Math.abs(errno)}`;
}

/** `code`: name of the errno, or `NOLIB`, `NOTRACEFS`, `NOFEATURE`, `NOEVENT`. */
export type KernelErrorCode = string;

/** What this package throws: the kernel refused, or lacks something. The message says what to do where we know. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly code: KernelErrorCode;
  /** The whole log, where the verifier refused a program. */
  readonly verifierLog: string | null;

  constructor(code: KernelErrorCode, message: string, options?: { cause?: unknown; verifierLog?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.verifierLog = options?.verifierLog ?? null;
  }
}

/** The one place where an errno becomes an error. `what`: what was tried, as in `create map "x"`. */
export function errnoError(what: string, errno: number): KernelError {
  const code = errnoName(errno);
  const advice = adviceFor(code);
  return new KernelError(code, `cannot ${what}: ${code}${advice === null ? '' : `: ${advice}`}`);
}

function adviceFor(code: string): string | null {
  switch (code) {
    case 'EPERM':
    case 'EACCES':
      return process.geteuid?.() === 0
        ? 'this kernel forbids it (lockdown, a security policy, or capabilities taken from this process)'
        : 'run as root or with CAP_BPF and CAP_PERFMON';
    case 'ENOMEM':
      return 'the kernel has no memory for it; use smaller maps';
    case 'EMFILE':
      return 'too many open files in this process; raise `ulimit -n` or use fewer probes';
    case 'ENOSYS':
      return 'this kernel was built without it';
    case 'E2BIG':
      return 'too large for this kernel';
    case 'ENOTSUPP':
    case 'EOPNOTSUPP':
      return 'this kernel does not support it';
    default:
      return null;
  }
}
