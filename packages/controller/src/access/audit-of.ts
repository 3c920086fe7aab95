import type { AuditRecord } from '../audit/audit-record.ts';
import type { Caller } from './caller.ts';
import type { OperationId } from './operations.ts';

/** What a caller has done, for the audit log. */
export function auditOf(
  by: Caller,
  action: OperationId,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
): AuditRecord {
  return { actor: `token:${by.tokenId}`, action, outcome: 'done', subject, requestId: by.requestId, detail };
}
