import type { ResultEntry, ResultMap } from '@bpfleet/aggregate';
import {
  encodeMapKind,
  encodeScalar,
  ResultService as ResultRpc,
  timestampFromMs,
  timestampMs,
  unaryHandler,
} from '@bpfleet/contracts';
import type * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { TokenService } from '../access/token.service.ts';
import { authorizeCall } from '../control/authorize-call.ts';
import { problemToRpc } from '../control/problem-to-rpc.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionMessage } from '../sessions/session-message.ts';
import { ResultService } from './result.service.ts';
import { scalarOfJson } from './scalar-of-json.ts';

/** `control.v1.ResultService`: the same as REST says. */
@Injectable()
export class ResultGrpc {
  readonly service = ResultRpc;

  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(TokenService) private readonly tokens: TokenService,
  ) {}

  handlers(): grpc.UntypedServiceImplementation {
    return {
      getResults: unaryHandler(ResultRpc.method.getResults, (request, { metadata }) =>
        problemToRpc(async () => {
          await authorizeCall(this.tokens, metadata, 'read');
          const session = await this.sessions.get(request.sessionId);
          const document = await this.results.documentOf(session, {
            by: request.by,
            map: request.map === '' ? undefined : request.map,
            from: request.from === undefined ? null : new Date(timestampMs(request.from)),
            to: request.to === undefined ? null : new Date(timestampMs(request.to)),
          });
          return {
            session: sessionMessage(
              session,
              await this.sessions.accounts(session.id),
              await this.sessions.place(session),
            ),
            maps: document.maps.map(mapMessage),
            output: document.output.map(({ node, at, type, text, values }) => ({
              node,
              at: timestampFromMs(Date.parse(at)),
              type,
              text,
              values: values.map((value) => encodeScalar(scalarOfJson(value, 'string'))),
            })),
          };
        }),
      ),
    };
  }
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
