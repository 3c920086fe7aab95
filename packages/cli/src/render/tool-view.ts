import type { ToolOutput } from '@bpfleet/tools';

/** What a tool says of its results, for people who read them. */
export interface ToolView {
  readonly outputs: readonly ToolOutput[];
  /** Of printed lines. */
  readonly columns?: readonly string[] | undefined;
}

export function outputOf(view: ToolView | undefined, map: string): ToolOutput | undefined {
  return view?.outputs.find((output) => output.map === map);
}
