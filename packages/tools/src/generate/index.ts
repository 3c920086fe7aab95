import type { ParameterValues } from '../parameters/check-parameters.ts';
import { argdist } from './argdist.ts';
import { funccount } from './funccount.ts';
import { funclatency } from './funclatency.ts';
import type { GeneratorName } from './generator-names.ts';
import { stackcount } from './stackcount.ts';
import { trace } from './trace.ts';

/** The script of a tool with these parameters. Each throws ParameterError where they make no probe. */
export const generators: Readonly<Record<GeneratorName, (values: ParameterValues) => string>> = {
  trace,
  argdist,
  funccount,
  stackcount,
  funclatency,
};
