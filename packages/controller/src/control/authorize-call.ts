import type * as grpc from '@grpc/grpc-js';
import { authorize } from '../access/access-guard.ts';
import type { Permission } from '../access/role.ts';
import type { Caller, TokenService } from '../access/token.service.ts';

/** The caller of a gRPC call, by its token in the metadata. Throws `unauthenticated` or `forbidden`. */
export async function authorizeCall(
  tokens: TokenService,
  metadata: grpc.Metadata,
  required: Permission,
): Promise<Caller> {
  const [authorization] = metadata.get('authorization');
  const caller = await tokens.authenticate(typeof authorization === 'string' ? authorization : undefined);
  authorize(caller, required);
  return caller;
}
