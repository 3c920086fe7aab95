import { parseSelector } from '../fleet/selector.ts';
import { type DurationBounds, duration } from '../sessions/duration.ts';
import { durationBounds } from '../sessions/session-bounds.ts';
import type { CreateApiTokenBody } from './token.body.ts';
import type { ApiTokenTerms } from './token.service.ts';
import type { TokenBounds } from './token-bounds.ts';

const dayMs = 86_400_000;
/** Milliseconds. Whoever has a join token may become a node: it is to be used, not kept. */
const joinBounds: DurationBounds = { min: 1_000, max: dayMs };
const apiBounds: DurationBounds = { min: 1_000, max: 3_650 * dayMs };
const defaultJoinTtlMs = 3_600_000;

/** Milliseconds that a join token is good for. Throws `invalid_duration`. */
export function joinTtlMs(ttl: string | undefined): number {
  return ttl === undefined ? defaultJoinTtlMs : duration(ttl, '/ttl', joinBounds);
}

/** Throws `invalid_duration`, `invalid_selector`. */
export function apiTokenTerms({ role, name = '', ttl, nodes, programs, limits }: CreateApiTokenBody): ApiTokenTerms {
  return {
    role,
    name,
    ttlMs: ttl === undefined ? null : duration(ttl, '/ttl', apiBounds),
    bounds: checkBounds({
      nodes: nodes ?? null,
      programs: programs ?? null,
      maxDurationMs: limits?.for === undefined ? null : duration(limits.for, '/limits/for', durationBounds),
      maxOverhead: limits?.overhead ?? null,
      maxNodes: limits?.nodes ?? null,
    }),
  };
}

/** Throws `invalid_selector`. A selector that chooses every node is no bound. */
function checkBounds(bounds: TokenBounds): TokenBounds {
  const everyNode = bounds.nodes === null || parseSelector(bounds.nodes).length === 0;
  return everyNode ? { ...bounds, nodes: null } : bounds;
}
