import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from './part.ts';

/**
 * The path of a part's file in `cache`, fetched from npm where it is not there. A package that is damaged or not the
 * one that was pinned is thrown away and fetched once more.
 *
 * @throws Error in one sentence where npm does not give the pinned package
 */
export function fetchPart(part: Part, cache: string): string {
  const folder = join(cache, `${part.name.replace('/', '+')}-${part.version}`);
  const file = join(folder, 'package', part.file);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetching-'));
  try {
    execFileSync('tar', ['-xzf', packed(part, work), '-C', work], { stdio: 'pipe' });
    rmSync(folder, { recursive: true, force: true });
    // Whole or not at all: a run that is killed leaves no half of it under this name.
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

function packed(part: Part, folder: string): string {
  for (let attempt = 1; ; attempt++) {
    const archive = npmPack(part, folder);
    if (hasIntegrity(readFileSync(archive), part.integrity)) return archive;
    rmSync(archive);
    if (attempt === 2)
      throw new Error(
        `npm gives a ${part.name}@${part.version} that is not the one the lockfile pins: it was not used.`,
      );
  }
}

function npmPack(part: Part, folder: string): string {
  try {
    const args = ['pack', `${part.name}@${part.version}`, '--pack-destination', folder, '--json', '--loglevel=error'];
    const stdout = execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const [{ filename } = { filename: '' }] = JSON.parse(stdout) as { filename: string }[];
    return join(folder, filename.replace('@', '').replace('/', '-'));
  } catch (cause) {
    throw new Error(`${part.name}@${part.version} could not be fetched: is the npm registry reachable?`, { cause });
  }
}

/** Whether bytes have a digest as npm's lockfiles write it: algorithm, dash, base64. */
export function hasIntegrity(bytes: Uint8Array, integrity: string): boolean {
  const dash = integrity.indexOf('-');
  return createHash(integrity.slice(0, dash)).update(bytes).digest('base64') === integrity.slice(dash + 1);
}
