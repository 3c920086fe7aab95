import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NodeFacts } from '../node-facts.ts';
import { sideArguments } from './side-process.ts';

const execute = promisify(execFile);
/** An emulated machine takes some seconds. */
const PATIENCE_MS = 120_000;

/**
 * As nodeFacts, found out by a process of its own, whose memory goes with it. Throws Error where that process fails, with
 * what it said.
 */
export async function nodeFactsAside(): Promise<NodeFacts> {
  const args = sideArguments('facts-of-this-node');
  const { stdout } = await execute(process.execPath, args, { timeout: PATIENCE_MS, maxBuffer: 1024 * 1024 });
  return JSON.parse(stdout) as NodeFacts;
}
