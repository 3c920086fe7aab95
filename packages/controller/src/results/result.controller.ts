import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { Problem } from '../problem/problem.ts';
import { isOver } from '../sessions/node-account.ts';
import { SessionService } from '../sessions/session.service.ts';
import { SessionFeed } from '../sessions/session-feed.ts';
import { HttpStream } from './http-stream.ts';
import { LiveResults } from './live-results.ts';
import { EventsQuery, ResultDocumentBody, ResultsQuery } from './result.body.ts';
import { ResultService, resultOutput } from './result.service.ts';

const eventsPerRead = 1_000;
const lookAgainMs = 1_000;

@ApiTags('results')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/sessions/:id')
export class ResultController {
  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
    @Inject(LiveResults) private readonly live: LiveResults,
  ) {}

  @Get('results')
  @Operation('getResults', 'The result document, merged over all nodes or by group')
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
  @Operation('getEvents', 'What the program printed: NDJSON, or server-sent events that follow until the session ends')
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
    const changes = this.feed.follow(session.id, stream.signal);
    while (!stream.signal.aborted) {
      // Looked at before the events, so that none of a session that has just ended is missed.
      const last = !follow || isOver(session.state, session.endedAt);
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
      await changes.next(lookAgainMs);
      session = await this.sessions.get(id);
    }
    stream.end();
  }

  @Get('stream')
  @Operation(
    'streamResults',
    'Server-sent events: `session` on change, `results` every interval, `end` with the final document',
  )
  @ApiOkResponse({
    description: '`session` carries a SessionResource, `results` and `end` a ResultDocument.',
    content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/ResultDocument' } } },
  })
  stream(@Param('id') id: string, @Res() response: ServerResponse): Promise<void> {
    return this.live.write(id, () => new HttpStream(response, 'text/event-stream'));
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
