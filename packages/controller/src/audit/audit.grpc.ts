import { AuditService as AuditRpc, timestampFromMs } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { decodeNumberCursor, encodeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { pageSize } from '../paging/page-query.ts';
import { AuditLog, type ChainHead } from './audit-log.ts';

/** `control.v1.AuditService`: the same as REST says. */
@Injectable()
export class AuditGrpc implements ControlPart<typeof AuditRpc> {
  readonly service = AuditRpc;
  readonly methods: ControlMethods<typeof AuditRpc> = {
    listAudit: async (request) => {
      const limit = pageSize(request);
      const found = await this.audit.page(limit + 1, decodeNumberCursor(request.pageToken));
      const { items, nextCursor } = pageOf(found, limit, ({ seq }) => encodeCursor([String(seq)]));
      return {
        entries: items.map(({ seq, at, subject, requestId, hash, ...entry }) => ({
          ...entry,
          seq: BigInt(seq),
          at: timestampFromMs(at.getTime()),
          subject: subject ?? '',
          requestId: requestId ?? '',
          hash: hash.toString('hex'),
        })),
        nextPageToken: nextCursor ?? '',
      };
    },
    checkAudit: async ({ noted }) => {
      const head = noted === undefined ? null : { seq: Number(noted.seq), hash: noted.hash };
      const { entries, head: last, broken } = await this.audit.check(head);
      return {
        entries: BigInt(entries),
        ...(last === null ? {} : { head: message(last) }),
        ...(broken === null ? {} : { broken: { seq: BigInt(broken.seq), reason: broken.reason } }),
      };
    },
  };

  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}
}

function message({ seq, hash }: ChainHead) {
  return { seq: BigInt(seq), hash };
}
