import type { CallArgument, IrFunction, IrInstruction, Terminator } from './ir.ts';
import type { Operand, Place } from './value.ts';

/** The registers that instructions read and write. */
export class Operands {
  readonly #scratchObjects: ReadonlySet<number>;
  readonly #scratch: number | undefined;

  constructor({ objects, scratch }: Pick<IrFunction, 'objects' | 'scratch'>) {
    this.#scratch = scratch;
    this.#scratchObjects = new Set(objects.filter((object) => object.storage === 'scratch').map((object) => object.id));
  }

  reads(instruction: IrInstruction): number[] {
    switch (instruction.kind) {
      case 'copy':
        return this.#operands(instruction.source);
      case 'binary':
        return this.#operands(instruction.left, instruction.right);
      case 'negate':
      case 'swap':
        return [instruction.source];
      case 'load':
      case 'address':
        return this.#place(instruction.place);
      case 'store':
      case 'atomic-add':
      case 'atomic-fetch-add':
        return [...this.#place(instruction.place), ...this.#operands(instruction.value)];
      case 'call':
        return instruction.arguments.flatMap((argument) => this.argumentReads(argument));
      case 'scratch':
        return this.#scratch === undefined ? [] : [this.#scratch];
      case 'map-value':
      case 'parameter':
        return [];
    }
  }

  argumentReads(argument: CallArgument): number[] {
    if (argument.kind === 'operand') return this.#operands(argument.operand);
    return argument.kind === 'address' ? this.#place(argument.place) : [];
  }

  terminatorReads(terminator: Terminator): number[] {
    switch (terminator.kind) {
      case 'branch':
        return this.#operands(terminator.left, terminator.right);
      case 'return':
        return this.#operands(terminator.value);
      case 'jump':
        return [];
    }
  }

  /** An object in scratch memory is reached through the scratch register. */
  #place({ base }: Place): number[] {
    if (base.kind === 'register') return [base.register];
    return this.#scratchObjects.has(base.object) && this.#scratch !== undefined ? [this.#scratch] : [];
  }

  #operands(...operands: readonly Operand[]): number[] {
    return operands.filter((operand) => typeof operand === 'number');
  }
}

/** The register an instruction writes, if any. */
export function written(instruction: IrInstruction): number | undefined {
  return 'result' in instruction ? instruction.result : undefined;
}

export function successors(terminator: Terminator): readonly number[] {
  switch (terminator.kind) {
    case 'jump':
      return [terminator.target];
    case 'branch':
      return [terminator.then, terminator.otherwise];
    case 'return':
      return [];
  }
}
