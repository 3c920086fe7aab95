import { AgentError } from '../agent-error.ts';

/** What a join token says. */
export interface JoinToken {
  readonly id: string;
  readonly secret: string;
  /** SHA-256 of the DER of the controller's CA certificate, lower-case hex. */
  readonly pin: string;
}

const form = /^bpfj_([A-Za-z0-9-]{1,64})_([0-9a-f]{64})_([0-9a-f]{64})$/;

/** Reads `bpfj_<id>_<secret>_<pin>`; throws AgentError `invalid_token`, which never repeats the secret. */
export function parseJoinToken(text: string): JoinToken {
  const [, id, secret, pin] = form.exec(text.trim()) ?? [];
  if (!id || !secret || !pin) {
    throw new AgentError(
      'invalid_token',
      'this is not a join token: it should read bpfj_ID_SECRET_PIN, as "bpfleet token create --join" printed it',
    );
  }
  return { id, secret, pin };
}
