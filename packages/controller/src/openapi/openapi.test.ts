import { expect, it } from 'vitest';
import { describeApi } from './documentation.ts';

// The client is generated from the file. `pnpm --filter @bpfleet/controller openapi` writes it anew.
it('openapi.json says what the controllers say', async () => {
  const described = await describeApi();
  expect(JSON.parse(described)).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/sessions': {} } });
  await expect(described).toMatchFileSnapshot('../../openapi.json');
});
