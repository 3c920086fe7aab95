/** A message about a line of a script, as REST and gRPC show it. Lines and columns count from 1; 0 is unknown. */
export interface ProblemDiagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export const problemCodes = [
  'invalid_request',
  'invalid_selector',
  'no_matching_node',
  'invalid_program',
  'invalid_duration',
  'invalid_schedule',
  'unauthenticated',
  'forbidden',
  'not_found',
  'rate_limited',
  'idempotency_conflict',
  'payload_too_large',
  'database_unavailable',
  'internal',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** HTTP status and title of each code. */
export const problemKinds: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string }>> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_selector: { status: 422, title: 'The selector is not valid' },
  no_matching_node: { status: 422, title: 'No node matches' },
  invalid_program: { status: 422, title: 'The program is not valid' },
  invalid_duration: { status: 422, title: 'The duration is not valid' },
  invalid_schedule: { status: 422, title: 'The schedule is not valid' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  not_found: { status: 404, title: 'Not found' },
  rate_limited: { status: 429, title: 'Too many requests' },
  idempotency_conflict: { status: 422, title: 'The key was used for another request' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
  internal: { status: 500, title: 'Something went wrong here' },
};

export interface ProblemDetails {
  /** JSON pointer into the request's body (RFC 6901). */
  readonly pointer?: string;
  readonly hint?: string;
  readonly diagnostics?: readonly ProblemDiagnostic[];
  /** When the same request may succeed, milliseconds from now. */
  readonly retryAfterMs?: number;
}

/** What is wrong with a request, whichever way it came in: REST shows it as RFC 9457, gRPC as a status with details. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
