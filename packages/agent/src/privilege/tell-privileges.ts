import type { Logger } from '@bpfleet/runtime';
import type { NodeFacts } from '../tracing.ts';
import { heldCapabilities } from './capabilities.ts';
import { hasOwnCapabilities, lackOf, lackText } from './lacking.ts';

/** Says once, at the start, what this agent may do and what it cannot do for want of which capability. */
export function tellPrivileges({ kernel, features }: NodeFacts, log: Logger): void {
  const held = heldCapabilities();
  const who = { user: process.geteuid?.(), capabilities: [...held] };
  const lacks = lackOf(held, kernel, features);
  if (lacks.length > 0) log.warn(who, `capabilities are missing, and with them: ${lackText(lacks)}`);
  else log.info(who, 'no capability is missing');
  if (held.has('CAP_SYS_ADMIN') && hasOwnCapabilities(kernel)) {
    log.info(
      who,
      'it runs with CAP_SYS_ADMIN, which this kernel wants for uprobes and the measurement of overhead alone',
    );
  }
}
