/**
 * policy: the node's policy forbids it · busy: others have what it would need · unusable: the policy cannot be read, so
 * nothing is allowed.
 */
export type GuardErrorCode = 'policy' | 'busy' | 'unusable';

/** Why a node does not run a program. The message is one sentence, for whoever asked. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
  readonly code: GuardErrorCode;

  constructor(code: GuardErrorCode, message: string) {
    super(`guard: ${message}`);
    this.code = code;
  }
}
