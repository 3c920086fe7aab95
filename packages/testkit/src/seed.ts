/** Where the seed of a run is told: `npm test -- --seed N`, or `fresh` for one that nobody chose. */
const variable = 'BPFLEET_SEED';

/**
 * The number that all random inputs of a run follow from: properties, mutations, programs. It is the same from run to run unless
 * another is asked for, so that a change is judged by what it changes, and a run that found something is done again with its seed.
 */
export function seed(): number {
  return Number(process.env[variable] ?? 1);
}

/** What a process that is started with this in its environment takes as its seed. @throws Error where the word is none */
export function seedEnvironment(word: string): Record<string, string> {
  const chosen = word === 'fresh' ? Math.floor(Math.random() * 2 ** 31) : Number(word);
  if (!Number.isInteger(chosen) || chosen < 0 || chosen >= 2 ** 31)
    throw new Error(`a seed is a whole number below 2,147,483,648, or "fresh", not "${word}"`);
  return { [variable]: String(chosen) };
}
