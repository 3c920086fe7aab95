import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseScriptCases } from '@bpfleet/tracer/testing';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileToText } from './compile-in-page.ts';

/** The bundle's name in the page. */
declare const compiler: { compileToText: typeof compileToText };

/** Debian's: the set-up of `npm test` installs it. */
const executablePath = '/usr/bin/chromium';
/** It talks to nobody but us. */
const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

const folder = resolve(import.meta.dirname, '../../packages/compiler/cases');
const sources = readdirSync(folder).flatMap((file) =>
  parseScriptCases(readFileSync(join(folder, file), 'utf8')).map(({ program }) =>
    program.replaceAll('{{pid}}', '4321').replaceAll('{{kill}}', '62'),
  ),
);

let code = '';
let imports: readonly string[] = [];
let browser: Browser | undefined;

beforeAll(async () => {
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'compile-in-page.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['bpfleet-source', 'import', 'default'] },
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'compiler', codeSplitting: false });
  await bundle.close();
  [{ code, imports }] = output;
});
afterAll(() => browser?.close());

describe('the compiler in a browser', () => {
  it('needs nothing of Node', () => {
    expect(imports).toEqual([]);
    expect(
      code.match(
        /["'`]node:[a-z/_]+["'`]|\brequire\s*\(|(?<![.\w])process\.(env|argv|platform|arch|cwd|exit)|\bBuffer\.\w+|\b__dirname\b/g,
      ),
    ).toBe(null);
    expect(code.length).toBeGreaterThan(200_000);
  });

  it.for(['x86-64', 'arm64'] as const)(
    'makes of every case file what it makes in Node, for %s',
    async (arch, context) => {
      if (!existsSync(executablePath)) return context.skip('Chromium is not installed: apt-get install chromium');
      browser ??= await chromium.launch({ executablePath, headless: true, args });
      const page = await browser.newPage();
      await page.addScriptTag({ content: code });
      const made = await page.evaluate(([texts, target]) => texts.map((text) => compiler.compileToText(text, target)), [
        sources,
        arch,
      ] as const);
      expect(made).toEqual(sources.map((source) => compileToText(source, arch)));
      const compiled = made.filter((text) => text.includes('"instructions"'));
      // Not a comparison of refusals.
      expect(compiled.length).toBeGreaterThan(sources.length / 3);
    },
  );
});
