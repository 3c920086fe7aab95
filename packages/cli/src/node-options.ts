import type { Command } from 'commander';
import { count, whole } from './options.ts';

/** Which of the chosen nodes take part, and in what order they begin; RunSettings has what they become. */
export function addNodeOptions(command: Command): Command {
  return command
    .option('--max-nodes <count>', 'at most so many of the chosen nodes, drawn at random', count)
    .option('--sample <amount>', 'only so many of them: 10%, 5')
    .option('--seed <seed>', 'of an earlier sample: draws the same nodes again')
    .option('--late', 'nodes that come while it runs take part in what is left of it')
    .option('--priority <number>', 'where nodes have no room for all sessions the highest is first, -100 to 100', whole)
    .option('--canary <amount>', 'begin on so many nodes, 1 or 1%, and go on in waves ten times as large each')
    .option('--soak <duration>', 'how long a wave measures before the next begins (default: 2s)')
    .option('--max-failures <share>', 'of the nodes told, how many may fail before all detach (default: none)');
}
