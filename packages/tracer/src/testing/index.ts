// For tests alone: the language's case files, run in whatever kernel this is.
export { runScriptCase } from './run-script-case.ts';
export { parseScriptCases, type ScriptCase } from './script-case.ts';
