import type { DwarfParameter } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { type ArgumentPlace, argumentPlaces } from './argument-places.ts';
import { btfType } from './btf-type.ts';
import { isNumber, type Type } from './type.ts';

/** A parameter of a program's function, and where it is when the function is entered. */
export interface ProgramArgument {
  readonly parameter: DwarfParameter;
  readonly place: ArgumentPlace;
}

/** The parameters that the function of a probe names; undefined where nothing tells of that function. */
export function programArguments({ arch, types, probed }: CompileEnv): readonly ProgramArgument[] | undefined {
  const found = probed?.();
  if (found === undefined || types === undefined) return undefined;
  const places = argumentPlaces(arch, types, found);
  return found.parameters.map((parameter, index) => ({ parameter, place: places[index] ?? { kind: 'unknown' } }));
}

/** What such a parameter is to a script; undefined where it cannot be read. Pointers point to the program's memory. */
export function programArgumentType(
  { types }: CompileEnv,
  { parameter, place }: ProgramArgument,
  maxString: number,
): Type | undefined {
  if (types === undefined || place.kind === 'unknown') return undefined;
  const inRegisters = place.kind === 'registers' && types.resolve(parameter.type).kind === 'record';
  const type = btfType(types, parameter.type, inRegisters ? 'program' : 'user', maxString);
  return type !== undefined && (isNumber(type) || type.kind === 'record') ? type : undefined;
}
