import { expect, test } from 'vitest';
import { demangle } from './demangle.ts';

test.each([
  ['_ZN2ns4tmplIiEEiT_', 'int ns::tmpl<int>(int)'],
  ['_ZNSt6vectorIiSaIiEE9push_backEOi', 'std::vector<int, std::allocator<int> >::push_back(int&&)'],
  ['_Znothing', '_Znothing'],
  ['main', 'main'],
  [`_Z${'N'.repeat(100_000)}`, `_Z${'N'.repeat(100_000)}`],
])('%.40s', (name, text) => expect(demangle(name)).toBe(text));
