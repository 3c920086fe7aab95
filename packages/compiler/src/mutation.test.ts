import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileStages } from './compile.ts';
import { permissiveEnv } from './env.ts';
import { prepareScript } from './passes/prepare-script.ts';
import { resolveNames } from './passes/resolve-names.ts';
import { type Diagnostic, Diagnostics } from './source/diagnostic.ts';
import { SourceText } from './source/text.ts';
import { casePrograms, mutant } from './syntax/mutations.test-kit.ts';
import { parseScript } from './syntax/parse-script.ts';
import { printScript } from './syntax/printer.ts';

const env = { ...permissiveEnv(), positional: ['5', 'text'], named: ['a=3'] };

/** Throws where a diagnostic is not somewhere in the text. */
function checkPlaces(text: string, list: readonly Diagnostic[]): void {
  for (const { span, line, column, message } of list) {
    expect(message).not.toBe('');
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
  }
}

test('there are programs to change', () => {
  expect(casePrograms.length).toBeGreaterThan(20);
});

test('any change of a program is read or refused, at a place', () => {
  fc.assert(
    fc.property(mutant, (text) => {
      const diagnostics = new Diagnostics(new SourceText(text));
      const parsed = parseScript(text, diagnostics);
      if (!diagnostics.hasErrors) expect(errorsOf(printScript(parsed))).toEqual([]);
      const { script } = prepareScript(parsed, env, diagnostics);
      resolveNames(script, { diagnostics, types: undefined, permissive: true });
      checkPlaces(text, diagnostics.list());
    }),
    { numRuns: 3000 },
  );
});

test('and so through the whole compiler', () => {
  fc.assert(
    fc.property(mutant, (text) => checkPlaces(text, compileStages(text, env).diagnostics)),
    { numRuns: 1000 },
  );
});

function errorsOf(text: string): readonly string[] {
  const diagnostics = new Diagnostics(new SourceText(text));
  parseScript(text, diagnostics);
  return diagnostics.list().flatMap(({ severity, message }) => (severity === 'error' ? [message] : []));
}
