import type { ResultEntry, ResultMap } from '@bpfleet/aggregate';
import {
  encodeMapKind,
  encodeScalar,
  ResultService as ResultRpc,
  requireTimestampMs,
  type Timestamp,
  timestampFromMs,
} from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionMessage } from '../sessions/session-message.ts';
import { ResultService } from './result.service.ts';
import { scalarOfJson } from './scalar-of-json.ts';

/** `control.v1.ResultService`: the same as REST says. */
@Injectable()
export class ResultGrpc implements ControlPart<typeof ResultRpc> {
  readonly service = ResultRpc;
  readonly methods: ControlMethods<typeof ResultRpc> = {
    getResults: async (request) => {
      const session = await this.sessions.get(request.sessionId);
      const document = await this.results.documentOf(session, {
        by: request.by,
        map: request.map === '' ? undefined : request.map,
        from: instant('from', request.from),
        to: instant('to', request.to),
      });
      return {
        session: sessionMessage(session, await this.sessions.accounts(session.id), await this.sessions.place(session)),
        maps: document.maps.map(mapMessage),
        output: document.output.map(({ node, at, type, text, values }) => ({
          node,
          at: timestampFromMs(Date.parse(at)),
          type,
          text,
          values: values.map((value) => encodeScalar(scalarOfJson(value, 'string'))),
        })),
      };
    },
  };

  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
  ) {}
}

/** Throws ContractError. */
function instant(field: string, time: Timestamp | undefined): Date | null {
  return time === undefined ? null : new Date(requireTimestampMs(field, time));
}

function mapMessage({ name, kind, key, entries }: ResultMap) {
  return { name, kind: encodeMapKind(kind), key, entries: entries.map((entry) => entryMessage(entry, key)) };
}

function entryMessage(entry: ResultEntry, key: ResultMap['key']) {
  const { value, count, total, average, buckets, series, p50, p90, p99, nodes, group } = entry;
  return {
    key: entry.key.map((part, index) => encodeScalar(scalarOfJson(part, key[index]))),
    nodes,
    ...(value === undefined ? {} : { value: encodeScalar(scalarOfJson(value)) }),
    ...(count === undefined ? {} : { count: BigInt(count) }),
    ...(total === undefined ? {} : { total: BigInt(total) }),
    ...(average === undefined ? {} : { average: BigInt(average) }),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p90 === undefined ? {} : { p90 }),
    ...(p99 === undefined ? {} : { p99 }),
    ...(group === undefined ? {} : { group }),
    buckets: (buckets ?? []).map(({ min, max, count: inBucket }) => ({
      ...(min === null ? {} : { min: BigInt(min) }),
      ...(max === null ? {} : { max: BigInt(max) }),
      count: BigInt(inBucket),
    })),
    series: (series ?? []).map(({ start, value: folded }) => ({
      start: BigInt(start),
      value: BigInt.asIntN(64, BigInt(folded)),
    })),
  };
}
