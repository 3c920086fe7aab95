import type { Diagnostic } from '@bpfleet/compiler';
import { KernelError, VerifierError } from '@bpfleet/kernel';
import { verifierDiagnostic } from './verifier-diagnostic.ts';

/**
 * compile: the program is wrong · verifier: the kernel refused a program · unsupported: this node lacks something ·
 * limit: it would cost more than allowed · attach: a probe could not be attached · permission: not allowed to · no-variant: none
 * of the scripts that do the same fits this node.
 */
export type TraceErrorCode = 'no-variant' | 'compile' | 'verifier' | 'unsupported' | 'limit' | 'attach' | 'permission';

/** Why a program does not run here. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly code: TraceErrorCode;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty but where the verifier refused. */
  readonly verifierLog: string;

  constructor(
    code: TraceErrorCode,
    message: string,
    options: {
      readonly diagnostics?: readonly Diagnostic[];
      readonly verifierLog?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.diagnostics = options.diagnostics ?? [];
    this.verifierLog = options.verifierLog ?? '';
  }
}

/**
 * The one place where the kernel's errors become the tracer's. Others pass unchanged: they are bugs.
 *
 * @param diagnostics what the compiler said of the same source
 */
export function fromKernel(
  error: unknown,
  stage: 'load' | 'attach',
  source: string,
  diagnostics: readonly Diagnostic[],
): unknown {
  if (!(error instanceof KernelError)) return error;
  const refused = error instanceof VerifierError ? verifierDiagnostic(source, error) : null;
  return new TraceError(codeOf(error, stage), error.message, {
    diagnostics: refused === null ? diagnostics : [...diagnostics, refused],
    verifierLog: error.verifierLog ?? '',
    cause: error,
  });
}

function codeOf(error: KernelError, stage: 'load' | 'attach'): TraceErrorCode {
  if (error instanceof VerifierError) return 'verifier';
  switch (error.code) {
    case 'EPERM':
    case 'EACCES':
      return 'permission';
    case 'NOLIB':
    case 'NOFEATURE':
    case 'NOTRACEFS':
      return 'unsupported';
    case 'ENOMEM':
    case 'E2BIG':
    case 'EMFILE':
      return 'limit';
    default:
      return stage === 'load' ? 'unsupported' : 'attach';
  }
}
