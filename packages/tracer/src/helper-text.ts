import { errorText } from './error-text.ts';

/** What a failed helper means to the author of a script; the kernel's word for the error where that says it. */
export function helperText(helper: string, result: number): string {
  if (helper === 'map_update_elem' && result === -E2BIG) {
    return "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`";
  }
  if (helper === 'map_lookup_elem' && result === 0) return "Can't lookup map element because it does not exist.";
  return errorText(-result);
}

const E2BIG = 7;
