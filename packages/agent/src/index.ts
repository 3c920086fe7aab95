export { type AgentConfig, defaultSpoolBytes, parseAgentConfig } from './agent-config.ts';
export { AgentError, type AgentErrorCode } from './agent-error.ts';
export { type JoinToken, parseJoinToken } from './identity/join-token.ts';
export { type AgentParts, type RunningAgent, startAgent } from './start-agent.ts';
export type { ListedProbe, NodeFacts, Tracing } from './tracing.ts';
