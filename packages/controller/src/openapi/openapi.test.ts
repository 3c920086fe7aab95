import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeApi } from './documentation.ts';

it('openapi.json says what the controllers say; `pnpm --filter @bpfleet/controller openapi` writes it', async () => {
  const committed = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8');
  const described = await describeApi();
  expect(JSON.parse(described)).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/sessions': {} } });
  expect(described).toBe(committed);
});
