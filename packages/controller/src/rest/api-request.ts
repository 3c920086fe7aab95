import type { IncomingMessage } from 'node:http';
import type { Call } from '../access/access-control.ts';
import type { Caller } from '../access/caller.ts';

/** A request of the REST API, as it goes from the request log through the access guard to its route. */
export interface ApiRequest extends IncomingMessage {
  requestId: string;
  /** What its path holds in the places of names. */
  readonly params?: Readonly<Record<string, string>>;
  /** Once its route is known. */
  call?: Call;
  /** Once it was let in with a token. */
  caller?: Caller;
}
