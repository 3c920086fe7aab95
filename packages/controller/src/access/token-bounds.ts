import { formatDuration } from '@bpfleet/runtime';
import { Problem } from '../problem/problem.ts';

/** What a token is bounded to, beside its role. null is no bound. */
export interface TokenBounds {
  /** Selector of the nodes that it may see and use. */
  readonly nodes: string | null;
  /** Digests of the programs that it may run, and names of tools of the library. */
  readonly programs: readonly string[] | null;
  /** Longest session, milliseconds. */
  readonly maxDurationMs: number | null;
  /** Fraction of a node's CPU time that a session of it may take. */
  readonly maxOverhead: number | null;
  /** Nodes that one session of it may have. */
  readonly maxNodes: number | null;
}

export const unbounded: TokenBounds = {
  nodes: null,
  programs: null,
  maxDurationMs: null,
  maxOverhead: null,
  maxNodes: null,
};

export function isBounded(bounds: TokenBounds): boolean {
  return Object.values(bounds).some((bound) => bound !== null);
}

/** What of a request its token may bound. */
export interface BoundedRequest {
  readonly programDigest: string;
  /** The tool of the library that the program is. */
  readonly tool: { readonly name: string; readonly digest: string } | null;
  readonly durationMs: number;
  /** Fraction of a node's CPU time; 0: no limit. */
  readonly overhead: number;
}

/**
 * What a session of this token may cost a node: what was asked for, or the token's bound where nothing was. Throws
 * `forbidden` where the request asks for more than the token allows.
 */
export function boundRequest(bounds: TokenBounds, request: BoundedRequest): { readonly overhead: number } {
  const { programs, maxDurationMs, maxOverhead } = bounds;
  const { programDigest, tool } = request;
  const names = tool === null ? [programDigest] : [programDigest, tool.name, tool.digest];
  if (programs !== null && !names.some((name) => programs.includes(name))) {
    throw new Problem('forbidden', `The token may not run the program ${tool?.name ?? programDigest}.`, {
      pointer: '/program',
      hint: 'It has a list of the programs that it may run, by their digests or names of tools.',
    });
  }
  if (maxDurationMs !== null && request.durationMs > maxDurationMs) {
    const longest = formatDuration(maxDurationMs);
    throw new Problem('forbidden', `The token allows sessions of up to ${longest}.`, { pointer: '/for' });
  }
  if (maxOverhead !== null && request.overhead > maxOverhead) {
    throw new Problem('forbidden', `The token allows an overhead of up to ${maxOverhead}.`, {
      pointer: '/limits/overhead',
    });
  }
  return { overhead: request.overhead === 0 ? (maxOverhead ?? 0) : request.overhead };
}

/** Throws `forbidden` where nodes that nobody has counted or chosen yet might take part beyond what the token allows. */
export function boundLate({ nodes, maxNodes }: TokenBounds, late: boolean): void {
  if (late && (nodes !== null || maxNodes !== null)) {
    throw new Problem('forbidden', 'The token is bounded to some nodes: none may come late.', { pointer: '/late' });
  }
}

/** Throws `forbidden` where a session would have more nodes than the token allows. */
export function boundTargets({ maxNodes }: TokenBounds, targets: number): void {
  if (maxNodes !== null && targets > maxNodes) {
    throw new Problem('forbidden', `The selector chooses ${targets} nodes, and the token allows ${maxNodes}.`, {
      pointer: '/nodes',
      hint: 'Choose fewer.',
    });
  }
}
