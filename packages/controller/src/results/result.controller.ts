import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.ts';
import { CurrentCaller } from '../access/current-caller.ts';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionResource } from '../sessions/session-resource.ts';
import { documentJson } from './document-json.ts';
import { HttpStream } from './http-stream.ts';
import { eventId, LiveResults } from './live-results.ts';
import { EventsQuery, ResultDocumentBody, ResultsQuery, StreamQuery } from './result.body.ts';
import { ResultService, resultOutput } from './result.service.ts';

@ApiTags('results')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/sessions/:id')
export class ResultController {
  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(LiveResults) private readonly live: LiveResults,
  ) {}

  @Get('results')
  @Operation('getResults', 'The result document, merged over all nodes or by group')
  @ApiOkResponse({ standardSchema: ResultDocumentBody })
  async get(
    @Param('id') id: string,
    @Query({ schema: ResultsQuery }) query: ResultsQuery,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const { by, map } = query;
    const document = await this.results.document(id, { by, map, from: instant(query.from), to: instant(query.to) });
    const stream = new HttpStream(response, 'application/json');
    await stream.pieces(documentJson(document));
    stream.end();
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
    @CurrentCaller() caller: Caller,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    await this.sessions.get(id);
    const sse = request.headers.accept?.includes('text/event-stream') === true;
    const wanted = {
      after: eventId([request.headers['last-event-id'] ?? query.after ?? ''].flat().join()),
      filter: { node: query.node ?? null, from: instant(query.from), to: instant(query.to) },
      follow: query.follow === undefined ? sse : query.follow === 'true',
    };
    const stream = new HttpStream(response, sse ? 'text/event-stream' : 'application/x-ndjson');
    for await (const event of this.live.events(id, wanted, caller, stream.signal)) {
      const body = { ...resultOutput(event), id: event.id };
      await (sse ? stream.event({ id: event.id, data: body }) : stream.line(body));
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
  async stream(
    @Param('id') id: string,
    @Query({ schema: StreamQuery }) query: StreamQuery,
    @CurrentCaller() caller: Caller,
    @Res() response: ServerResponse,
  ): Promise<void> {
    await this.sessions.get(id);
    const stream = new HttpStream(response, 'text/event-stream');
    const wanted = { interim: query.results !== 'end' };
    for await (const item of this.live.stream(id, wanted, caller, stream.signal)) {
      const { session, accounts, place } = item.view;
      await (item.kind === 'session'
        ? stream.event({ name: item.kind, data: sessionResource(session, accounts, place) })
        : stream.eventOf(item.kind, documentJson(item.document)));
    }
    stream.end();
  }
}

function instant(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}
