import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { OperationId } from './operations.ts';

export const operationKey = 'bpfleet:operation';

/** Which operation of the API a route is: its id in the OpenAPI document, and the rule that the access guard goes by. */
export const Operation = (id: OperationId, summary: string) =>
  applyDecorators(SetMetadata(operationKey, id), ApiOperation({ operationId: id, summary }));
