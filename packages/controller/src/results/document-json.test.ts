import type { ResultMap } from '@bpfleet/aggregate';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { documentJson } from './document-json.ts';
import type { FleetResult } from './result.service.ts';

const entry = fc.record({ key: fc.array(fc.string(), { maxLength: 2 }), value: fc.nat(), nodes: fc.nat() });
const map: fc.Arbitrary<ResultMap> = fc.record({
  name: fc.string(),
  kind: fc.constant('count' as const),
  key: fc.constant(['string' as const]),
  entries: fc.array(entry, { maxLength: 3 }),
});

it('is what the document is as JSON, whatever is in it', () => {
  const long = { name: '@long', kind: 'count' as const, key: ['uint' as const], entries: [] as ResultMap['entries'] };
  long.entries = Array.from({ length: 250 }, (_, index) => ({ key: [index], value: 1, nodes: 1 }));
  fc.assert(
    fc.property(fc.array(map, { maxLength: 3 }), fc.option(fc.nat(), { nil: undefined }), (maps, outputOmitted) => {
      const base = { session: { id: 's' }, answer: { targets: 1 }, maps: [...maps, long], output: [{ text: '"' }] };
      const document = { ...base, ...(outputOmitted === undefined ? {} : { outputOmitted }) } as unknown as FleetResult;
      expect([...documentJson(document)].join('')).toBe(JSON.stringify(document));
    }),
  );
});
