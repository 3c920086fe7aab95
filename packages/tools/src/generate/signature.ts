import { ParameterError } from '../parameters/parameter-problem.ts';
import { castType } from './expression.ts';

/**
 * The arguments that a caller declares, `int dfd, const char __user *filename`, by name: how each is read where the kernel's types do
 * not tell. Throws ParameterError.
 */
export function readSignature(text: string, parameter: string): Map<string, string> {
  const declared = new Map<string, string>();
  const parts = text.trim() === '' || text.trim() === 'void' ? [] : text.split(',');
  for (const [index, part] of parts.entries()) {
    const wrong = () => new ParameterError([{ name: parameter, message: `"${part.trim()}" is no argument of C` }]);
    const [, type = '', name = ''] = /^\s*([\w\s*]*[\s*])([A-Za-z_]\w*)\s*$/.exec(part) ?? [];
    const words = type.match(/\w+/g) ?? [];
    const stars = type.replaceAll(/[^*]/g, '');
    if (name === '' || words.length === 0) throw wrong();
    const argument = `arg${index}`;
    // A pointer to characters is read as a text where it is printed.
    const cast = /\bchar\b/.test(type) && stars === '*' ? null : castType(words, stars);
    if (/\b__user\b/.test(type)) declared.set(name, `uptr(${argument})`);
    else declared.set(name, cast === null || cast === 'uint64' ? argument : `((${cast})${argument})`);
  }
  return declared;
}
