export { generateProgram } from './generate-program.ts';
export { type InterpretedEntry, interpret, type Outcome, type Printed } from './interpret.ts';
