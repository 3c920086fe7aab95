import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CertificateAuthority } from '../fleet/certificate-authority.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { duration } from '../sessions/duration.ts';
import { PageQuery } from '../sessions/session.body.ts';
import { Requires } from './access-guard.ts';
import { CreateTokenBody, IssuedTokenBody, TokenListBody } from './token.body.ts';
import type { TokenRow } from './token.entity.ts';
import { TokenService } from './token.service.ts';

const minuteMs = 60_000;
const defaultJoinTtl = '1h';
const ttlBounds = { min: 1000, max: 10 * 365 * 24 * 60 * minuteMs };

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
  @Requires('administer')
  @ApiOperation({ operationId: 'createToken', summary: 'Make a join token for one node, or an API token' })
  @ApiCreatedResponse({ standardSchema: IssuedTokenBody })
  async create(@Body({ schema: CreateTokenBody }) body: CreateTokenBody) {
    const ttl = body.ttl ?? (body.kind === 'join' ? defaultJoinTtl : undefined);
    const ttlMs = ttl === undefined ? null : duration(ttl, '/ttl', ttlBounds);
    const name = body.name ?? '';
    const issued =
      body.kind === 'join'
        ? await this.tokens.issueJoin(this.authority.pin, name, ttlMs)
        : await this.tokens.issueApi(body.role ?? 'viewer', name, ttlMs);
    return { id: issued.id, token: issued.token, expiresAt: issued.expiresAt?.toISOString() ?? null };
  }

  @Get()
  @Requires('administer')
  @ApiOperation({ operationId: 'listTokens', summary: 'Tokens, newest first; never their secrets' })
  @ApiOkResponse({ standardSchema: TokenListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery) {
    const rows = await this.tokens.page(query.limit + 1, decodeTimeCursor(query.cursor));
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      items: items.map((row) => tokenBody(row, Date.now())),
      nextCursor: more ? encodeTimeCursor({ at: last.createdAt, id: last.id }) : null,
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('administer')
  @ApiOperation({ operationId: 'revokeToken', summary: 'Revoke a token' })
  @ApiNoContentResponse()
  async revoke(@Param('id') id: string): Promise<void> {
    await this.tokens.revoke(id);
  }
}

function tokenBody(row: TokenRow, now: number) {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    role: row.role,
    state: stateOf(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    usedAt: row.usedAt?.toISOString() ?? null,
  };
}

function stateOf(row: TokenRow, now: number): 'valid' | 'used' | 'expired' | 'revoked' {
  if (row.revokedAt !== null) return 'revoked';
  if (row.usedAt !== null) return 'used';
  return row.expiresAt !== null && row.expiresAt.getTime() <= now ? 'expired' : 'valid';
}
