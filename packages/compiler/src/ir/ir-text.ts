import type { CallArgument, IrFunction, IrInstruction, Terminator } from './ir.ts';
import type { Operand, Place } from './value.ts';

/** Programs before registers are chosen, as text. `v1` is a virtual register, `o1` an object of the frame. */
export function irText(programs: readonly IrFunction[]): string {
  return programs.map((program) => [program, ...program.callbacks].map(programText).join('')).join('\n');
}

function programText(program: IrFunction): string {
  let text = `program ${program.name}\n`;
  for (const object of program.objects) text += `  o${object.id}: ${object.size} bytes, ${object.storage}\n`;
  for (const block of program.blocks) {
    text += `b${block.id}:\n`;
    for (const instruction of block.instructions) text += `  ${instructionText(instruction)}\n`;
    text += `  ${terminatorText(block.terminator)}\n`;
  }
  return text;
}

function instructionText(instruction: IrInstruction): string {
  const result = 'result' in instruction && instruction.result !== undefined ? `v${instruction.result} = ` : '';
  switch (instruction.kind) {
    case 'copy':
      return `${result}${operand(instruction.source)}`;
    case 'binary':
      return `${result}${instruction.operation} ${operand(instruction.left)}, ${operand(instruction.right)}`;
    case 'negate':
      return `${result}negate v${instruction.source}`;
    case 'swap':
      return `${result}swap.${instruction.bits} v${instruction.source}`;
    case 'load':
      return `${result}load.${instruction.size} ${place(instruction.place)}`;
    case 'store':
      return `store.${instruction.size} ${place(instruction.place)}, ${operand(instruction.value)}`;
    case 'atomic-add':
    case 'atomic-fetch-add':
      return `${result}${instruction.kind} ${place(instruction.place)}, ${operand(instruction.value)}`;
    case 'address':
      return `${result}address ${place(instruction.place)}`;
    case 'map-value':
      return `${result}address of ${instruction.map} + ${instruction.offset}`;
    case 'parameter':
      return `${result}parameter ${instruction.index}`;
    case 'scratch':
      return `${result}scratch`;
    case 'call':
      return `${result}call ${instruction.helper}(${instruction.arguments.map(argument).join(', ')})`;
  }
}

function terminatorText(terminator: Terminator): string {
  switch (terminator.kind) {
    case 'jump':
      return `jump b${terminator.target}`;
    case 'branch': {
      const { comparison, left, right, then, otherwise } = terminator;
      return `branch ${comparison} v${left}, ${operand(right)} ? b${then} : b${otherwise}`;
    }
    case 'return':
      return `return ${operand(terminator.value)}`;
  }
}

function operand(value: Operand): string {
  return typeof value === 'number' ? `v${value}` : `${value}`;
}

function place({ base, offset }: Place): string {
  return `[${base.kind === 'object' ? `o${base.object}` : `v${base.register}`} + ${offset}]`;
}

function argument(value: CallArgument): string {
  if (value.kind === 'operand') return operand(value.operand);
  if (value.kind === 'callback') return `callback ${value.index}`;
  return value.kind === 'map' ? `map ${value.map}` : `&${place(value.place)}`;
}
