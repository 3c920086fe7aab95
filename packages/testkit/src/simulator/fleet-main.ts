// A simulated fleet in a process of its own, so that its work is not the controller's; driven by FleetProcess over IPC.
import { countBuffersAsHeap } from '@bpfleet/runtime';
import { FleetCommands } from './fleet-commands.ts';

interface Request {
  readonly id: number;
  readonly command: string;
  readonly args: unknown[];
}

countBuffersAsHeap();
const commands = new FleetCommands();
process.on('message', (request: Request) => void carryOut(request));
process.on('disconnect', () => process.exit());

async function carryOut({ id, command, args }: Request): Promise<void> {
  try {
    const method = commands[command as keyof FleetCommands] as (...args: unknown[]) => unknown;
    process.send?.({ id, answer: await method.apply(commands, args) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
