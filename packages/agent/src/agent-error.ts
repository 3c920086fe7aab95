export type AgentErrorCode =
  | 'invalid_config'
  | 'invalid_token'
  | 'token_refused'
  | 'wrong_pin'
  | 'controller_unreachable'
  | 'enrolment_refused'
  | 'not_enrolled'
  | 'bad_state_dir'
  | 'already_running'
  | 'socket_in_use'
  | 'spool_unwritable';

/** Why the agent cannot do what it was asked. The message is one sentence that says what to do about it. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The words of a foreign error, for the end of one of our sentences. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
}
