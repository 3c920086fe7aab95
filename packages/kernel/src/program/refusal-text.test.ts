import { expect, test } from 'vitest';
import { refusalText } from './refusal-text.ts';

test('a refusal names the kernel that would accept it, and what the verifier said', () => {
  expect(refusalText('invalid func unknown#181', '5.10.0')).toBe(
    'the helper bpf_loop needs kernel 5.17 or newer (invalid func unknown#181)',
  );
  expect(refusalText("R1 invalid mem access 'scalar'", '5.10.0')).toBe("R1 invalid mem access 'scalar'");
});
