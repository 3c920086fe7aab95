/** What a session takes of each of its nodes. */
interface Demand {
  readonly id: string;
  readonly nodes: readonly string[];
  /** Fraction of a node's CPU time that it may take; 0 where nothing is said, which counts nothing. */
  readonly overhead: number;
  /** What only one session may have on a node at a time. */
  readonly exclusive: readonly string[];
}

/** A session that was admitted. Times in milliseconds since the epoch. */
export interface Admitted extends Demand {
  readonly until: number;
}

/** A session that waits. */
export interface Waiting extends Demand {
  readonly durationMs: number;
}

/** What each node has to give. */
export interface Capacity {
  readonly slots: number;
  readonly overhead: number;
}

export interface Turn {
  readonly id: string;
  /** `now`: at once. Later is an estimate: sessions may end before their time. */
  readonly startsAt: number;
  /** What it waits for; null where it need not. */
  readonly waitsFor: string | null;
}

interface Claim extends Demand {
  readonly from: number;
  readonly until: number;
}

/** A thousandth of a per cent: sums of shares are not exact. */
const tolerance = 1e-5;

/**
 * When each of `waiting`, in the order of their turns, may begin. Each gets the first time at which all its nodes have
 * room for as long as it takes, given those before it: so a small session may begin before a large one that waits, and
 * none delays one before it.
 */
export function planQueue(
  admitted: readonly Admitted[],
  waiting: readonly Waiting[],
  capacity: Capacity,
  now: number,
): Turn[] {
  const claims = new NodeClaims(capacity);
  const ends = new Set<number>();
  for (const session of admitted) {
    claims.add({ ...session, from: now });
    ends.add(session.until);
  }
  return waiting.map((session) => {
    const times = [now, ...[...ends].filter((end) => end > now).sort((a, b) => a - b)];
    let waitsFor: string | null = null;
    for (const from of times) {
      const claim = { ...session, from, until: from + session.durationMs };
      const obstacle = claims.obstacle(claim);
      if (obstacle === null) {
        claims.add(claim);
        ends.add(claim.until);
        return { id: session.id, startsAt: from, waitsFor };
      }
      waitsFor ??= obstacle;
    }
    throw new Error('after the end of all others there is room');
  });
}

/** Who has what of which node, and when. */
class NodeClaims {
  private readonly byNode = new Map<string, Claim[]>();
  private readonly capacity: Capacity;

  constructor(capacity: Capacity) {
    this.capacity = capacity;
  }

  add(claim: Claim): void {
    for (const node of claim.nodes) {
      const claims = this.byNode.get(node);
      if (claims === undefined) this.byNode.set(node, [claim]);
      else claims.push(claim);
    }
  }

  /** What a claim would have to wait for; null where there is room for it. */
  obstacle(claim: Claim): string | null {
    for (const node of claim.nodes) {
      const beside = (this.byNode.get(node) ?? []).filter(
        ({ from, until }) => from < claim.until && claim.from < until,
      );
      // What runs at a time is most where one begins.
      for (const at of [claim.from, ...beside.map(({ from }) => from).filter((from) => from > claim.from)]) {
        const obstacle = this.without(
          claim,
          beside.filter(({ from, until }) => from <= at && at < until),
        );
        if (obstacle !== null) return obstacle;
      }
    }
    return null;
  }

  private without(claim: Claim, running: readonly Claim[]): string | null {
    const { slots, overhead } = this.capacity;
    if (running.length + 1 > slots) return `a place on a node, of ${slots}`;
    const taken = running.find(({ exclusive }) => exclusive.some((each) => claim.exclusive.includes(each)));
    if (taken !== undefined)
      return `${claim.exclusive.find((each) => taken.exclusive.includes(each))}, which one session has at a time`;
    const sum = running.reduce((total, each) => total + each.overhead, claim.overhead);
    // Alone it has room, also where the budget was less when the controller was started again.
    const over = running.length > 0 && claim.overhead > 0 && sum > overhead + tolerance;
    return over ? "a node's budget of CPU time" : null;
  }
}
