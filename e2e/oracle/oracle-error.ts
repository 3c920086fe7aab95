/** What keeps the oracle from running at all: a person can act on the message. */
export class OracleError extends Error {
  override readonly name = 'OracleError';
}
