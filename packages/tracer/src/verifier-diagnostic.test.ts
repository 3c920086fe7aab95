import { VerifierError } from '@bpfleet/kernel';
import { expect, test } from 'vitest';
import { verifierDiagnostic } from './verifier-diagnostic.ts';

const script = 'BEGIN { @ = 1; }\nEND { @x = str(5); }  \n';

function refused(source: { line: number; column: number } | null) {
  const at = source === null ? null : { instruction: 3, ...source };
  return new VerifierError('end', 13, { reason: 'R1 is bad', instruction: 3, source: at }, 'log');
}

test('marks the rest of the line', () => {
  const diagnostic = verifierDiagnostic(script, refused({ line: 2, column: 7 }));
  expect(diagnostic).toMatchObject({ severity: 'error', line: 2, column: 7, endLine: 2, endColumn: 21 });
  expect(script.slice(diagnostic?.span.start, diagnostic?.span.end)).toBe('@x = str(5); }');
  expect(diagnostic?.message).toContain('R1 is bad');
});

test.each([[null], [{ line: 9, column: 1 }]])('marks nothing where the line is not known: %j', (source) => {
  expect(verifierDiagnostic(script, refused(source))).toBeNull();
});
