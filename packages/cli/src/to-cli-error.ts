import { CliError, ExitStatus } from './cli-error.ts';

interface ProblemLike {
  readonly status: number;
  readonly hint?: string;
}

/**
 * The one place where errors of the layers below become exit statuses. Told by name, so that a command does not load
 * packages that it does not use.
 */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) {
    return error;
  }
  if (!(error instanceof Error)) {
    return new CliError(ExitStatus.failed, String(error));
  }
  const { code, problem } = error as Error & { code?: string; problem?: ProblemLike };
  switch (error.name) {
    case 'ApiError':
      return new CliError(apiStatus(problem?.status ?? 0), error.message, withHint(problem?.hint, error));
    case 'ConfigError':
    case 'SettingError':
    case 'DurationError':
      return new CliError(ExitStatus.wrongRequest, error.message, { cause: error });
    case 'AgentError':
    case 'ControllerError':
      return new CliError(isWrongSetting(code) ? ExitStatus.wrongRequest : ExitStatus.failed, error.message, {
        cause: error,
      });
    default:
      return new CliError(ExitStatus.failed, error.message || error.name, { cause: error });
  }
}

/** 4xx: the request was wrong, but for a token that is missing or not allowed to, which is wrong as well. */
function apiStatus(status: number): number {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
    ? ExitStatus.wrongRequest
    : ExitStatus.failed;
}

const wrongSettings = ['invalid_config', 'invalid_token', 'token_refused', 'wrong_pin', 'not_enrolled'];

function isWrongSetting(code: string | undefined): boolean {
  return code !== undefined && wrongSettings.includes(code);
}

function withHint(hint: string | undefined, cause: unknown) {
  return hint === undefined ? { cause } : { hint, cause };
}
