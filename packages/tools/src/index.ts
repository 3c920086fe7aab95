export { evaluate, type Truths } from './case/expression.ts';
export { judgeCase, type ToolAnswer } from './case/judge-case.ts';
export { caseParameters, loadCase, type ToolCase } from './case/tool-case.ts';
export { isToolFolder, loadTool } from './load-tool.ts';
export { TOOL_NAME } from './manifest/names.ts';
export {
  areas,
  type ToolArea,
  type ToolManifest,
  ToolManifestSchema,
  type ToolOutput,
  type ToolParameter,
} from './manifest/tool-manifest.ts';
export { ownLibrary } from './own-library.ts';
export type { ParameterValue } from './parameters/check-parameters.ts';
export { ParameterError, type ParameterProblem } from './parameters/parameter-problem.ts';
export { readWords } from './parameters/read-words.ts';
export type { Tool, ToolVariant } from './tool.ts';
export { ToolError, type ToolProblem } from './tool-error.ts';
export { loadLibrary, noSuchTool, type ToolLibrary } from './tool-library.ts';
export { type ProgramVariant, type ToolProgram, toolProgram } from './tool-program.ts';
