import { ApiError, type SessionSummary } from '@bpfleet/client';
import { controllerClient } from '../controller-client.ts';
import type { ToolView } from '../render/tool-view.ts';

/** How the results of a session are read; undefined where it runs no tool, or the controller has that no more. */
export async function viewOf({ program: { tool } }: SessionSummary): Promise<ToolView | undefined> {
  if (tool === undefined) return undefined;
  try {
    const { outputs, columns } = await controllerClient().tool(tool.name);
    return { outputs, columns: columns ?? undefined };
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
