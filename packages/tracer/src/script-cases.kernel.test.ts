import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScriptCases, runScriptCase } from './testing/index.ts';

/** The language's case files. The virtual fleet runs them as well. */
const folder = new URL('../../compiler/cases/', import.meta.url);

for (const file of readdirSync(folder).sort()) {
  describe(file.replace('.txt', ''), () => {
    for (const one of parseScriptCases(readFileSync(new URL(file, folder), 'utf8'))) {
      test(one.title, async () => {
        const { printed, left } = await runScriptCase(one);
        expect({ printed, left }).toEqual({ printed: one.output, left: 0n });
      });
    }
  });
}
