import {
  type CreateTokenRequest,
  durationFromMs,
  requireDurationMs,
  TokenService as TokenRpc,
  timestampFromMs,
} from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { CertificateAuthority } from '../fleet/certificate-authority.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { pageSize } from '../paging/page-query.ts';
import { validationProblem } from '../problem/validation-problem.ts';
import { CreateTokenBody } from './token.body.ts';
import type { TokenRow } from './token.entity.ts';
import { TokenService } from './token.service.ts';
import { tokenState } from './token-state.ts';
import { apiTokenTerms, joinTtlMs } from './token-terms.ts';
import { isTokenId } from './token-text.ts';

/** `control.v1.TokenService`: the same as REST says. */
@Injectable()
export class TokenGrpc implements ControlPart<typeof TokenRpc> {
  readonly service = TokenRpc;
  readonly methods: ControlMethods<typeof TokenRpc> = {
    createToken: async (request, caller) => {
      const body = bodyOf(request);
      const { expiresAt, ...issued } =
        body.kind === 'join'
          ? await this.tokens.issueJoin(this.authority.pin, body.name ?? '', joinTtlMs(body.ttl), caller)
          : await this.tokens.issueApi(apiTokenTerms(body), caller);
      return { ...issued, ...(expiresAt === null ? {} : { expiresAt: timestampFromMs(expiresAt.getTime()) }) };
    },
    listTokens: async (request) => {
      const limit = pageSize(request);
      const rows = await this.tokens.page(limit + 1, decodeTimeCursor(request.pageToken, isTokenId));
      const { items, nextCursor } = pageOf(rows, limit, ({ createdAt, id }) => encodeTimeCursor({ at: createdAt, id }));
      return { tokens: items.map((row) => message(row, Date.now())), nextPageToken: nextCursor ?? '' };
    },
    revokeToken: async ({ id }, caller) => {
      await this.tokens.revoke(id, caller);
      return {};
    },
  };

  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(CertificateAuthority) private readonly authority: CertificateAuthority,
  ) {}
}

/** The request as REST has it, so that both are checked by one schema. Throws `invalid_request`. */
function bodyOf({ kind, role, name, ttl, bounds }: CreateTokenRequest): CreateTokenBody {
  const duration = (field: string, given: CreateTokenRequest['ttl']) =>
    given === undefined ? undefined : `${requireDurationMs(field, given)}ms`;
  const { nodes = '', programs = [], overhead, maxNodes } = bounds ?? {};
  const limits = defined({ for: duration('bounds.duration', bounds?.duration), overhead, nodes: maxNodes });
  const parsed = CreateTokenBody.safeParse(
    defined({
      kind: kind === '' ? 'api' : kind,
      role: role === '' ? undefined : role,
      name: name === '' ? undefined : name,
      ttl: duration('ttl', ttl),
      nodes: nodes === '' ? undefined : nodes,
      programs: programs.length === 0 ? undefined : programs,
      limits: Object.keys(limits).length === 0 ? undefined : limits,
    }),
  );
  if (!parsed.success) {
    throw validationProblem(parsed.error.issues);
  }
  return parsed.data;
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function message(row: TokenRow, now: number) {
  const { id, kind, name, role, nodes, programs, maxDurationMs, maxOverhead, maxNodes } = row;
  const time = (at: Date | null) => (at === null ? undefined : timestampFromMs(at.getTime()));
  return {
    id,
    kind,
    name,
    role: role ?? '',
    state: tokenState(row, now),
    ...defined({ createdAt: time(row.createdAt), expiresAt: time(row.expiresAt), usedAt: time(row.usedAt) }),
    bounds: {
      nodes: nodes ?? '',
      programs: programs ?? [],
      ...defined({
        duration: maxDurationMs === null ? undefined : durationFromMs(maxDurationMs),
        overhead: maxOverhead ?? undefined,
        maxNodes: maxNodes ?? undefined,
      }),
    },
  };
}
