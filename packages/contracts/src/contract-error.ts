/** A message that breaks the contract, from whoever sent it. `path` says where, in the proto's names. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}

/** Bounds of what is accepted in one message. gRPC bounds its bytes; these bound what a few bytes can unfold to. */
export const ContractLimits = {
  mapsPerProgram: 256,
  keyParts: 16,
  entriesPerDelta: 1_000_000,
  slotsPerEntry: 4_096,
  eventsPerFrame: 1_000_000,
  valuesPerEvent: 64,
  nameLength: 256,
  stringLength: 65_536,
  framesPerStack: 1_024,
  compositeDepth: 32,
  compositeParts: 4_096,
  symbolLength: 4_096,
  textLength: 4 * 1024 * 1024,
} as const;

export function requireAtMost(path: string, count: number, limit: number): void {
  if (count > limit) {
    throw new ContractError(path, `has ${count}, more than ${limit}`);
  }
}
