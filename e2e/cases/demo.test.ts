import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ResultDocument } from '@bpfleet/aggregate';
import { expect, it } from 'vitest';
import { map } from './session.ts';

it('npm run demo -- --json: the result document alone on stdout, whole and balanced', async () => {
  const main = join(import.meta.dirname, '../demo/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--json'], { maxBuffer: 64 * 1024 * 1024 });
  const document = JSON.parse(stdout) as ResultDocument;
  expect(document.answer).toMatchObject({ targets: 3, complete: 3 });
  for (const node of document.answer.nodes) expect(node.produced).toBe(node.stored);
  expect(map(document, '@opens')).toMatchObject({ kind: 'count', key: ['string'] });
  expect(map(document, '@opens').entries.find(({ key }) => key[0] === 'demo-workload')?.value).toBeGreaterThan(0);
  expect(map(document, '@us').kind).toBe('hist');
  expect(map(document, '@us').entries[0]?.count).toBeGreaterThan(0);
  expect(map(document, '@failed').entries.find(({ key }) => key[0] === 'demo-workload')?.value).toBeGreaterThan(0);
});
