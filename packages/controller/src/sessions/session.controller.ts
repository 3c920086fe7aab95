import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/access-guard.ts';
import { CurrentCaller } from '../access/caller.ts';
import type { Caller } from '../access/token.service.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { Problem } from '../problem/problem.ts';
import { nodeAnswer } from './node-account.ts';
import {
  CreateSessionBody,
  NodeAnswerListBody,
  PageQuery,
  SessionListBody,
  SessionResourceBody,
} from './session.body.ts';
import type { SessionRow } from './session.entity.ts';
import { SessionService } from './session.service.ts';
import { sessionPage } from './session-page.ts';
import { sessionRequest } from './session-request.ts';
import { sessionResource } from './session-resource.ts';

const maxKeyLength = 255;

@ApiTags('sessions')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/sessions')
export class SessionController {
  constructor(@Inject(SessionService) private readonly sessions: SessionService) {}

  @Post()
  @HttpCode(202)
  @Requires('run')
  @ApiOperation({ operationId: 'createSession', summary: 'Run a program on the nodes that a selector chooses' })
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
    if (key !== undefined && (key === '' || key.length > maxKeyLength)) {
      throw new Problem('invalid_request', `The Idempotency-Key must have 1 to ${maxKeyLength} characters.`);
    }
    const session = await this.sessions.create({
      ...sessionRequest(body),
      tokenId: caller.tokenId,
      idempotencyKey: key ?? null,
      scheduledFor: null,
    });
    response.setHeader('location', `/api/v1/sessions/${session.id}`);
    return this.resource(session);
  }

  @Get()
  @Requires('read')
  @ApiOperation({ operationId: 'listSessions', summary: 'Sessions, newest first' })
  @ApiOkResponse({ standardSchema: SessionListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery) {
    return sessionPage(this.sessions, query, null);
  }

  @Get(':id')
  @Requires('read')
  @ApiOperation({ operationId: 'getSession', summary: 'A session with its answer sheet' })
  @ApiOkResponse({ standardSchema: SessionResourceBody })
  async get(@Param('id') id: string): Promise<SessionResourceBody> {
    return this.resource(await this.sessions.get(id));
  }

  @Get(':id/nodes')
  @Requires('read')
  @ApiOperation({ operationId: 'listSessionNodes', summary: "A session's nodes and how each fared, by name" })
  @ApiOkResponse({ standardSchema: NodeAnswerListBody })
  async nodes(@Param('id') id: string, @Query({ schema: PageQuery }) query: PageQuery) {
    const session = await this.sessions.get(id);
    const [afterName = ''] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 1);
    const accounts = await this.sessions.accounts(session.id, { afterName, limit: query.limit + 1 });
    const items = accounts.slice(0, query.limit);
    const last = items.at(-1);
    const more = accounts.length > items.length && last !== undefined;
    return { items: items.map(nodeAnswer), nextCursor: more ? encodeCursor([last.name]) : null };
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Requires('run')
  @ApiOperation({ operationId: 'cancelSession', summary: 'Detach everywhere; what was measured so far is kept' })
  @ApiAcceptedResponse({ standardSchema: SessionResourceBody })
  async cancel(@Param('id') id: string): Promise<SessionResourceBody> {
    return this.resource(await this.sessions.cancel(id));
  }

  private async resource(session: SessionRow): Promise<SessionResourceBody> {
    return sessionResource(session, await this.sessions.accounts(session.id), await this.sessions.place(session));
  }
}
