import type { Program } from '@bpfleet/contracts';
import type { TraceProgram } from '@bpfleet/tracer';

/** Bounds a script. The tracer bounds an object, and the channel whatever comes. */
const maxScriptBytes = 1024 * 1024;
const maxArguments = 64;
const maxArgumentBytes = 4096;

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
      const words = program.arguments;
      if (words.length > maxArguments || words.some((word) => Buffer.byteLength(word) > maxArgumentBytes)) {
        return `a script takes up to ${maxArguments} arguments of ${maxArgumentBytes} bytes`;
      }
      return { kind: 'script', source, unnamed: 'place', ...(words.length > 0 && { arguments: words }) };
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
