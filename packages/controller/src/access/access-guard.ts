import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ApiRequest } from '../rest/api-request.ts';
import { AccessControl } from './access-control.ts';
import { operationKey } from './operation.ts';

/** Takes every request of the REST API to the access control, before its route. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AccessControl) private readonly access: AccessControl,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const operation = this.reflector.get<string | undefined>(operationKey, context.getHandler());
    const [subject] = Object.values(request.params ?? {});
    request.call = {
      operation,
      subject,
      authorization: request.headers.authorization,
      requestId: request.requestId,
    };
    const caller = await this.access.admit(request.call);
    if (caller !== undefined) {
      request.caller = caller;
    }
    return true;
  }
}
