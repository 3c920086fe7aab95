import type { Lowering } from './lowering.ts';
import type { Operand } from './value.ts';

/** Ends the program, also from within the callback of a loop; there what it gives is lost. */
export function returnFromProgram({ builder, exits }: Lowering, value: Operand = 0n): void {
  if (exits.exit === undefined) builder.return(value);
  else exits.exit();
}
