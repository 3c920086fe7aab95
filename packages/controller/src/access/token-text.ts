import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type TokenKind = 'join' | 'api';

/** A token as its holder presents it. */
export interface TokenText {
  readonly kind: TokenKind;
  readonly id: string;
  readonly secret: string;
  /** Join tokens: SHA-256 of the CA certificate's DER, so that the agent can verify its first connection. */
  readonly pin?: string;
}

const joinForm = /^bpfj_([0-9a-z]{1,32})_([0-9a-f]{64})_([0-9a-f]{64})$/;
const apiForm = /^bpft_([0-9a-z]{1,32})_([0-9a-f]{64})$/;

export function isTokenId(text: string): boolean {
  return /^[0-9a-z]{1,32}$/.test(text);
}

/** undefined where the text has neither token's form. */
export function parseToken(text: string): TokenText | undefined {
  const [, joinId, joinSecret, pin] = joinForm.exec(text) ?? [];
  if (joinId !== undefined && joinSecret !== undefined && pin !== undefined) {
    return { kind: 'join', id: joinId, secret: joinSecret, pin };
  }
  const [, id, secret] = apiForm.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { kind: 'api', id, secret } : undefined;
}

export function formatToken(token: TokenText): string {
  return token.kind === 'join'
    ? `bpfj_${token.id}_${token.secret}_${token.pin ?? ''}`
    : `bpft_${token.id}_${token.secret}`;
}

export function newToken(kind: TokenKind, pin?: string): TokenText {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('hex');
  return pin === undefined ? { kind, id, secret } : { kind, id, secret, pin };
}

/** What is kept of a secret. It has 256 random bits, so one round of a fast hash is enough. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

export function matchesHash(secret: string, hash: Uint8Array): boolean {
  const own = hashSecret(secret);
  return own.length === hash.length && timingSafeEqual(own, hash);
}
