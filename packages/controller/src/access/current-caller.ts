import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiRequest } from '../rest/api-request.ts';

/** The caller that the access guard let in. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<ApiRequest>().caller;
});
