export { nodeProgram } from './node-program.ts';
export { runProgram } from './run-program.ts';
