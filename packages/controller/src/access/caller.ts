import type { Role } from './role.ts';
import type { TokenBounds } from './token-bounds.ts';

/** Who calls, as the token says. */
export interface Caller {
  readonly tokenId: string;
  readonly role: Role;
  readonly bounds: TokenBounds;
  /** Names this one call in the log and in the audit log. */
  readonly requestId: string;
}
