import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/access-guard.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { Problem } from '../problem/problem.ts';
import { isOver } from '../sessions/node-account.ts';
import type { SessionRow } from '../sessions/session.entity.ts';
import { SessionService } from '../sessions/session.service.ts';
import { SessionFeed } from '../sessions/session-feed.ts';
import { sessionResource } from '../sessions/session-resource.ts';
import { HttpStream } from './http-stream.ts';
import { EventsQuery, ResultDocumentBody, ResultsQuery } from './result.body.ts';
import { ResultService, resultOutput } from './result.service.ts';

const eventsPerRead = 1_000;
const lookAgainMs = 1_000;
const minResultsMs = 250;

@ApiTags('results')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/sessions/:id')
export class ResultController {
  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
  ) {}

  @Get('results')
  @Requires('read')
  @ApiOperation({ operationId: 'getResults', summary: 'The result document, merged over all nodes or by group' })
  @ApiOkResponse({ standardSchema: ResultDocumentBody })
  get(@Param('id') id: string, @Query({ schema: ResultsQuery }) query: ResultsQuery) {
    return this.results.document(id, {
      by: query.by,
      map: query.map,
      from: instant(query.from),
      to: instant(query.to),
    });
  }

  @Get('events')
  @Requires('read')
  @ApiOperation({
    operationId: 'getEvents',
    summary: 'What the program printed: NDJSON, or server-sent events that follow until the session ends',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Only events after this id.' })
  @ApiOkResponse({
    description: 'One event a line, or one a message.',
    content: {
      'application/x-ndjson': { schema: { $ref: '#/components/schemas/Event' } },
      'text/event-stream': { schema: { $ref: '#/components/schemas/Event' } },
    },
  })
  async events(
    @Param('id') id: string,
    @Query({ schema: EventsQuery }) query: EventsQuery,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    let session = await this.sessions.get(id);
    const sse = request.headers.accept?.includes('text/event-stream') === true;
    const filter = { node: query.node ?? null, from: instant(query.from), to: instant(query.to) };
    let after = eventId(request.headers['last-event-id'] ?? query.after);
    const stream = new HttpStream(response, sse ? 'text/event-stream' : 'application/x-ndjson');
    const follow = query.follow === undefined ? sse : query.follow === 'true';
    while (!stream.signal.aborted) {
      // Looked at before the events, so that none of a session that has just ended is missed.
      const last = !follow || isOver(session.state, session.endedAt);
      const changed = this.feed.next(session.id, lookAgainMs, stream.signal);
      const events = await this.results.events(session.id, after, eventsPerRead, filter);
      for (const event of events) {
        const body = { ...resultOutput(event), id: event.id };
        await (sse ? stream.event({ id: event.id, data: body }) : stream.line(body));
        after = BigInt(event.id);
      }
      if (events.length === eventsPerRead) {
        continue;
      }
      if (last) {
        break;
      }
      await changed;
      session = await this.sessions.get(id);
    }
    stream.end();
  }

  @Get('stream')
  @Requires('read')
  @ApiOperation({
    operationId: 'streamResults',
    summary: 'Server-sent events: `session` on change, `results` every interval, `end` with the final document',
  })
  @ApiOkResponse({
    description: '`session` carries a SessionResource, `results` and `end` a ResultDocument.',
    content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/ResultDocument' } } },
  })
  async stream(@Param('id') id: string, @Res() response: ServerResponse): Promise<void> {
    let session = await this.sessions.get(id);
    const stream = new HttpStream(response, 'text/event-stream');
    const everyMs = Math.max(session.intervalMs, minResultsMs);
    let shown = '';
    let nextResultsAt = 0;
    while (!stream.signal.aborted) {
      const changed = this.feed.next(session.id, Math.min(everyMs, lookAgainMs), stream.signal);
      shown = await this.showSession(stream, session, shown);
      if (isOver(session.state, session.endedAt)) {
        await stream.event({ name: 'end', data: await this.results.documentOf(session, {}) });
        break;
      }
      if (Date.now() >= nextResultsAt) {
        nextResultsAt = Date.now() + everyMs;
        await stream.event({ name: 'results', data: await this.results.documentOf(session, {}) });
      }
      await changed;
      session = await this.sessions.get(id);
    }
    stream.end();
  }

  private async showSession(stream: HttpStream, session: SessionRow, shown: string): Promise<string> {
    const resource = sessionResource(
      session,
      await this.sessions.accounts(session.id),
      await this.sessions.place(session),
    );
    const text = JSON.stringify(resource);
    if (text !== shown) {
      await stream.event({ name: 'session', data: resource });
    }
    return text;
  }
}

function instant(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function eventId(text: string | string[] | undefined): bigint {
  if (text === undefined || text === '') {
    return 0n;
  }
  if (typeof text !== 'string' || !/^\d{1,18}$/.test(text)) {
    throw new Problem('invalid_request', 'The event id is not one that this server gave.');
  }
  return BigInt(text);
}
