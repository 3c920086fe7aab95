import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../problem/problem.ts';
import { allows, type Permission } from './role.ts';
import { type Caller, TokenService } from './token.service.ts';

const permissionKey = 'bpfleet:permission';

/** What a caller of this route must be allowed to do. Routes without it are open to nobody. */
export const Requires = (permission: Permission) => SetMetadata(permissionKey, permission);
/** A route that needs no token. */
export const Public = () => SetMetadata(permissionKey, 'public');

export type AuthenticatedRequest = IncomingMessage & { caller?: Caller };

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TokenService) private readonly tokens: TokenService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const required = this.reflector.getAllAndOverride<Permission | 'public' | undefined>(permissionKey, targets);
    if (required === 'public') {
      return true;
    }
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const caller = await this.tokens.authenticate(request.headers.authorization);
    authorize(caller, required);
    request.caller = caller;
    return true;
  }
}

/** Throws `forbidden`. */
export function authorize(caller: Caller, required: Permission | undefined): void {
  if (required === undefined || !allows(caller.role, required)) {
    throw new Problem('forbidden', `A token with the role ${caller.role} may not do this.`);
  }
}
