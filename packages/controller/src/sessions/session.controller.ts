import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.ts';
import { CurrentCaller } from '../access/current-caller.ts';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { PageQuery } from '../paging/page-query.ts';
import { idempotencyKey } from '../rest/idempotency-key.ts';
import { ToolCatalog } from '../tools/tool-catalog.ts';
import { nodeAnswer } from './node-account.ts';
import { CreateSessionBody, NodeAnswerListBody, SessionListBody, SessionResourceBody } from './session.body.ts';
import type { SessionRow } from './session.entity.ts';
import { SessionService } from './session.service.ts';
import { sessionPage } from './session-page.ts';
import { sessionRequest } from './session-request.ts';
import { sessionResource } from './session-resource.ts';

@ApiTags('sessions')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/sessions')
export class SessionController {
  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  @Post()
  @HttpCode(202)
  @Operation('createSession', 'Run a program on the nodes that a selector chooses')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeating the request with it gives the same session.',
  })
  @ApiAcceptedResponse({
    standardSchema: SessionResourceBody,
    headers: { Location: { description: 'Path of the session.', schema: { type: 'string' } } },
  })
  async create(
    @Body({ schema: CreateSessionBody }) body: CreateSessionBody,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<SessionResourceBody> {
    const session = await this.sessions.create({
      ...sessionRequest(body, this.tools),
      caller,
      idempotencyKey: idempotencyKey(key),
      scheduledFor: null,
    });
    response.setHeader('location', `/api/v1/sessions/${session.id}`);
    return this.resource(session);
  }

  @Get()
  @Operation('listSessions', 'Sessions, newest first')
  @ApiOkResponse({ standardSchema: SessionListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery, @CurrentCaller() caller: Caller) {
    return sessionPage(this.sessions, caller, query);
  }

  @Get(':id')
  @Operation('getSession', 'A session with its answer sheet')
  @ApiOkResponse({ standardSchema: SessionResourceBody })
  async get(@Param('id') id: string): Promise<SessionResourceBody> {
    return this.resource(await this.sessions.get(id));
  }

  @Get(':id/nodes')
  @Operation('listSessionNodes', "A session's nodes and how each fared, by name")
  @ApiOkResponse({ standardSchema: NodeAnswerListBody })
  async nodes(@Param('id') id: string, @Query({ schema: PageQuery }) query: PageQuery) {
    const session = await this.sessions.get(id);
    const [afterName = ''] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 1);
    const accounts = await this.sessions.accounts(session.id, { afterName, limit: query.limit + 1 });
    const { items, nextCursor } = pageOf(accounts, query.limit, ({ name }) => encodeCursor([name]));
    return { items: items.map(nodeAnswer), nextCursor };
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Operation('cancelSession', 'Detach everywhere; what was measured so far is kept')
  @ApiAcceptedResponse({ standardSchema: SessionResourceBody })
  async cancel(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<SessionResourceBody> {
    return this.resource(await this.sessions.cancel(id, caller));
  }

  private async resource(session: SessionRow): Promise<SessionResourceBody> {
    const resource = sessionResource(
      session,
      await this.sessions.accounts(session.id),
      await this.sessions.place(session),
    );
    return { ...resource, warnings: await this.sessions.warnings(session) };
  }
}
