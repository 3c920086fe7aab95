// For tests alone: the language's case files and random programs, run in whatever kernel this is.

export { compileProblems } from './compile-tool.ts';
export { type RandomRun, runRandomProgram } from './run-random-program.ts';
export { runScriptCase } from './run-script-case.ts';
export { runToolCase, type ToolCaseEnd, type ToolCaseSeen } from './run-tool-case.ts';
export { parseScriptCases, type ScriptCase } from './script-case.ts';
