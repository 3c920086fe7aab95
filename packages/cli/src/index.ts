export { localMain } from './local/local-main.ts';
export { nodeProgram } from './node-program.ts';
export { runProgram } from './run-program.ts';
