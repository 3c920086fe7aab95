import type { Program, ScriptVariants } from '@bpfleet/contracts';
import type { ScriptVariant, TraceProgram } from '@bpfleet/tracer';

/** Bounds a script. The tracer bounds an object, and the channel whatever comes. */
const maxScriptBytes = 1024 * 1024;
const maxArguments = 64;
const maxArgumentBytes = 4096;
const maxVariants = 8;
const maxNeeds = 200;
const maxKernels = 100;

/**
 * The program of a message, or one sentence that says why it is none.
 *
 * @param name how messages call an object; a script that came as text is `stdin` to everybody, as in bpftrace
 */
export function readProgram(program: Program | undefined, name: string): TraceProgram | string {
  switch (program?.source.case) {
    case 'script': {
      const source = program.source.value;
      if (Buffer.byteLength(source) > maxScriptBytes) return `the script is longer than ${maxScriptBytes} bytes`;
      const words = readArguments(program);
      if (typeof words === 'string') return words;
      return { kind: 'script', source, unnamed: 'place', ...words };
    }
    case 'variants': {
      const variants = readVariants(program.source.value);
      if (typeof variants === 'string') return variants;
      const words = readArguments(program);
      if (typeof words === 'string') return words;
      return { kind: 'variants', variants, unnamed: 'place', ...words };
    }
    case 'object': {
      const { manifest, parameters } = program;
      const settings = {
        ...(manifest !== '' && { manifest }),
        ...(Object.keys(parameters).length > 0 && { parameters }),
      };
      return { kind: 'object', object: program.source.value, name, ...settings };
    }
    default:
      return 'a program is required: a script or an object';
  }
}

function readArguments({ arguments: words }: Program): { readonly arguments?: readonly string[] } | string {
  if (words.length > maxArguments || words.some((word) => Buffer.byteLength(word) > maxArgumentBytes)) {
    return `a script takes up to ${maxArguments} arguments of ${maxArgumentBytes} bytes`;
  }
  return words.length > 0 ? { arguments: words } : {};
}

function readVariants({ variants }: ScriptVariants): ScriptVariant[] | string {
  if (variants.length === 0 || variants.length > maxVariants) return `a tool has from 1 to ${maxVariants} variants`;
  const bytes = variants.reduce((sum, { script }) => sum + Buffer.byteLength(script), 0);
  if (bytes > maxScriptBytes) return `the variants are together longer than ${maxScriptBytes} bytes`;
  if (!variants.every(({ name }) => /^[a-z][a-z0-9-]{0,63}$/.test(name))) return 'a variant has no usable name';
  if (variants.some(({ needs, kernels }) => needs.length > maxNeeds || kernels.length > maxKernels)) {
    return 'a variant says too much about the kernels that it is for';
  }
  return variants.map(({ name, script: source, needs, kernels, arch }) => ({ name, source, needs, kernels, arch }));
}
