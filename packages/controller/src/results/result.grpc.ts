import type { ResultEntry, ResultMap, ResultOutput } from '@bpfleet/aggregate';
import {
  encodeMapKind,
  encodeScalar,
  type GetEventsRequest,
  ResultService as ResultRpc,
  requireTimestampMs,
  type StreamResultsRequest,
  type Timestamp,
  timestampFromMs,
} from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionMessage } from '../sessions/session-message.ts';
import { eventId, LiveResults, type SessionView } from './live-results.ts';
import { type FleetResult, ResultService, resultOutput } from './result.service.ts';
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
      const [accounts, place] = [await this.sessions.accounts(session.id), await this.sessions.place(session)];
      return resultsMessage({ session, accounts, place }, document);
    },
    streamResults: (request, caller, signal) => this.stream(request, caller, signal),
    getEvents: (request, caller, signal) => this.events(request, caller, signal),
  };

  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(LiveResults) private readonly live: LiveResults,
  ) {}

  private async *stream({ sessionId, endOnly }: StreamResultsRequest, caller: Caller, signal: AbortSignal) {
    for await (const item of this.live.stream(sessionId, { interim: !endOnly }, caller, signal)) {
      const { session, accounts, place } = item.view;
      yield {
        item:
          item.kind === 'session'
            ? { case: item.kind, value: sessionMessage(session, accounts, place) }
            : { case: item.kind, value: resultsMessage(item.view, item.document) },
      };
    }
  }

  private async *events(request: GetEventsRequest, caller: Caller, signal: AbortSignal) {
    const wanted = {
      after: eventId(request.after),
      filter: {
        node: request.node === '' ? null : request.node,
        from: instant('from', request.from),
        to: instant('to', request.to),
      },
      follow: request.follow,
    };
    for await (const event of this.live.events(request.sessionId, wanted, caller, signal)) {
      yield { id: event.id, event: outputMessage(resultOutput(event)) };
    }
  }
}

function resultsMessage({ session, accounts, place }: SessionView, { maps, output }: FleetResult) {
  return {
    session: sessionMessage(session, accounts, place),
    maps: maps.map(mapMessage),
    output: output.map(outputMessage),
  };
}

function outputMessage({ node, at, type, text, values }: ResultOutput) {
  return {
    node,
    at: timestampFromMs(Date.parse(at)),
    type,
    text,
    values: values.map((value) => encodeScalar(scalarOfJson(value, 'string'))),
  };
}

/** Throws ContractError. */
function instant(field: string, time: Timestamp | undefined): Date | null {
  return time === undefined ? null : new Date(requireTimestampMs(field, time));
}

function mapMessage({ name, kind, key, keyNames = [], entries }: ResultMap) {
  return { name, kind: encodeMapKind(kind), key, keyNames, entries: entries.map((entry) => entryMessage(entry, key)) };
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
