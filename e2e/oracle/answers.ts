import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import type { Answer } from './answer.ts';
import type { OracleCase } from './case-file.ts';
import { oracleState } from './tools.ts';

/**
 * bpftrace's answers, kept between runs: the same release answers the same case on the same kernel with the same target in
 * the same way, and half of a run's time is its.
 */
export class Answers {
  readonly #path = join(oracleState, 'answers.json');
  readonly #known: Record<string, Answer>;
  readonly #setting: string;
  readonly #target: string;

  /** `fresh`: nothing is known, all is asked again. */
  constructor(version: string, target: string, fresh: boolean) {
    this.#target = createHash('sha256').update(readFileSync(target)).digest('hex');
    this.#setting = `${version} ${release()}`;
    this.#known = !fresh && existsSync(this.#path) ? JSON.parse(readFileSync(this.#path, 'utf8')) : {};
  }

  async of(test: OracleCase, ask: () => Promise<Answer>): Promise<Answer> {
    const key = this.#key(test);
    const known = this.#known[key];
    if (known) return known;
    const answer = await ask();
    // What a busy machine could not finish is asked again.
    if (!answer.timedOut) this.#known[key] = answer;
    return answer;
  }

  save(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#known));
  }

  /** Of everything that the tool sees, and not of the title or the masks. */
  #key({ script, way, options, arguments: after, child, after: run, before, ends, env }: OracleCase): string {
    const text = [script, options, after, run].join();
    const target = child !== null || before !== null || text.includes('{{target}}') ? this.#target : '';
    const seen = [this.#setting, target, script, way, options, after, child, run, before, ends, env];
    return createHash('sha256').update(JSON.stringify(seen)).digest('hex');
  }
}
