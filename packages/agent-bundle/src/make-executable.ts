import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Arch } from './arch.ts';
import { fetchPart } from './fetch-part.ts';
import { koffiAsset } from './koffi-asset.ts';
import { koffiPart, nodePart } from './part.ts';

const state = resolve(import.meta.dirname, '../../../.state/agent-bundle');
/** Node looks for this in itself, and takes the resource where postject has flipped its last digit. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Makes the one file for an architecture and returns its path; made once for the same code and parts.
 * Format: "Single executable applications" of the Node.js documentation.
 */
export function makeExecutable(code: string, arch: Arch): string {
  const parts = [nodePart(arch), koffiPart(arch)] as const;
  const digest = createHash('sha256').update(code).update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  const folder = join(state, `${arch}-${digest}`);
  const path = join(folder, 'bpfleet-agent');
  if (existsSync(path)) return path;
  const [node, koffi] = parts.map((part) => fetchPart(part, join(state, 'parts')));
  if (node === undefined || koffi === undefined) throw new Error('two parts have two paths');
  const work = mkdtempSync(join(state, 'making-'));
  try {
    const file = join(work, 'bpfleet-agent');
    copyFileSync(node, file);
    chmodSync(file, 0o755);
    inject(file, makeBlob(code, koffi, work));
    mkdirSync(folder, { recursive: true });
    renameSync(file, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return path;
}

/** Puts the resource into the executable. A process of its own, because postject warns of sections that are none of ours. */
function inject(file: string, resource: string): void {
  const args = [file, 'NODE_SEA_BLOB', resource, '--sentinel-fuse', fuse];
  execFileSync(process.execPath, [createRequire(import.meta.url).resolve('postject/dist/cli.js'), ...args], {
    stdio: 'pipe',
  });
}

/** The file of what Node reads at its start. Without code cache or snapshot it is the same for every architecture. */
function makeBlob(code: string, koffi: string, work: string): string {
  const main = join(work, 'agent.cjs');
  const output = join(work, 'blob');
  writeFileSync(main, code);
  const config = join(work, 'sea.json');
  const settings = {
    main,
    output,
    assets: { [koffiAsset]: koffi },
    disableExperimentalSEAWarning: true,
    useCodeCache: false,
    useSnapshot: false,
    // Root's agent takes no options for Node from its surroundings.
    execArgvExtension: 'none',
  };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'pipe' });
  return output;
}
