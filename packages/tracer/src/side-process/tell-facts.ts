import { nodeFacts } from '../node-facts.ts';

/** Writes the facts of this node as JSON. */
export async function tellFacts(): Promise<void> {
  process.stdout.write(`${JSON.stringify(nodeFacts())}\n`);
}
