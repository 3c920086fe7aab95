import { formatDuration } from '@bpfleet/runtime';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CertificateAuthority } from '../fleet/certificate-authority.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { PageQuery } from '../paging/page-query.ts';
import type { Caller } from './caller.ts';
import { CurrentCaller } from './current-caller.ts';
import { Operation } from './operation.ts';
import { CreateTokenBody, IssuedTokenBody, type TokenBody, TokenListBody } from './token.body.ts';
import type { TokenRow } from './token.entity.ts';
import { TokenService } from './token.service.ts';
import { tokenState } from './token-state.ts';
import { apiTokenTerms, joinTtlMs } from './token-terms.ts';
import { isTokenId } from './token-text.ts';

@ApiTags('tokens')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/tokens')
export class TokenController {
  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(CertificateAuthority) private readonly authority: CertificateAuthority,
  ) {}

  @Post()
  @Operation('createToken', 'Make a join token for one node, or an API token')
  @ApiCreatedResponse({ standardSchema: IssuedTokenBody })
  async create(@Body({ schema: CreateTokenBody }) body: CreateTokenBody, @CurrentCaller() caller: Caller) {
    const issued =
      body.kind === 'join'
        ? await this.tokens.issueJoin(this.authority.pin, body.name ?? '', joinTtlMs(body.ttl), caller)
        : await this.tokens.issueApi(apiTokenTerms(body), caller);
    return { id: issued.id, token: issued.token, expiresAt: issued.expiresAt?.toISOString() ?? null };
  }

  @Get()
  @Operation('listTokens', 'Tokens, newest first; never their secrets')
  @ApiOkResponse({ standardSchema: TokenListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery) {
    const rows = await this.tokens.page(query.limit + 1, decodeTimeCursor(query.cursor, isTokenId));
    const { items, nextCursor } = pageOf(rows, query.limit, (last) =>
      encodeTimeCursor({ at: last.createdAt, id: last.id }),
    );
    return { items: items.map((row) => tokenBody(row, Date.now())), nextCursor };
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation('revokeToken', 'Revoke a token')
  @ApiNoContentResponse()
  async revoke(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.tokens.revoke(id, caller);
  }
}

function tokenBody(row: TokenRow, now: number): TokenBody {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    role: row.role,
    state: tokenState(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    usedAt: row.usedAt?.toISOString() ?? null,
    nodes: row.nodes,
    programs: row.programs,
    limits: {
      for: row.maxDurationMs === null ? null : formatDuration(row.maxDurationMs),
      overhead: row.maxOverhead,
      nodes: row.maxNodes,
    },
  };
}
