import { type Command, Option } from 'commander';
import { addNodeOptions } from './node-options.ts';
import { collect, count, outputOption, withExamples } from './options.ts';
import type { Terminal } from './terminal.ts';

/** `bpfleet schedule`: sessions at a time, or again and again. */
export function addSchedules(program: Command, terminal: Terminal): void {
  const schedule = program.command('schedule').description('sessions at a time, or again and again, as a series');
  withExamples(
    addNodeOptions(schedule.command('add'))
      .description('make a schedule and return its id')
      .argument('<what>', 'a script in quotes, FILE.bt, FILE.bpf.o or FILE.bpf.s')
      .argument('[arguments...]', 'of the script, after --')
      .option('--at <time>', 'once, at this time')
      .option('--every <duration>', 'again and again, so long after it was made: at least 10s')
      .option('--cron <line>', 'minute, hour, day of month, month, day of week')
      .option('--time-zone <zone>', 'of the cron line, such as Europe/Berlin; UTC without it')
      .addOption(
        new Option('--overlap <policy>', 'while the session before runs: skip this one, queue it, or cancel that')
          .choices(['skip', 'queue', 'replace'])
          .default('skip'),
      )
      .addOption(
        new Option('--missed <policy>', 'what was due while no controller ran: run it once, or skip it')
          .choices(['run-once', 'skip'])
          .default('skip'),
      )
      .option('--name <name>', 'what it is for', '')
      .option('--nodes <selector>', 'which nodes, chosen anew each time', 'all')
      .option('--for <duration>', 'how long to trace', '10s')
      .option('--window <duration>', 'length of a result window', '1s')
      .option('-p, --param <name=value>', 'sets a variable of an object; may be repeated', collect, [])
      .option('--limit <limits>', 'what it may cost a node: overhead=1%,events=10000/s,map=16MiB,probes=100')
      .addOption(outputOption())
      .action(async (what: string, words: string[], options) =>
        (await import('./commands/schedule-add.ts')).addSchedule(what, words, options, terminal),
      ),
    "bpfleet schedule add biolatency.bt --cron '0 3 * * *' --time-zone Europe/Berlin --for 1m",
    'bpfleet schedule add opens.bt --every 1h --overlap replace --nodes role=db',
  );
  schedule
    .command('list')
    .description('schedules, newest first')
    .option('--limit <count>', 'at most so many', count, 20)
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/schedules.ts')).listSchedules(options, terminal));
  schedule
    .command('show')
    .description('one schedule and its series, the latest first')
    .argument('<schedule>', 'its id')
    .option('--limit <count>', 'at most so many firings', count, 20)
    .addOption(outputOption())
    .action(async (id: string, options) =>
      (await import('./commands/schedules.ts')).showSchedule(id, options, terminal),
    );
  for (const [name, paused, description] of [
    ['pause', true, 'fire no more; what is due until it is resumed is not made up for'],
    ['resume', false, 'fire again'],
  ] as const) {
    schedule
      .command(name)
      .description(description)
      .argument('<schedule>', 'its id')
      .addOption(outputOption())
      .action(async (id: string, options) =>
        (await import('./commands/schedules.ts')).pauseSchedule(id, paused, options, terminal),
      );
  }
  schedule
    .command('remove')
    .description('delete a schedule; its sessions stay')
    .argument('<schedule>', 'its id')
    .addOption(outputOption())
    .action(async (id: string, options) =>
      (await import('./commands/schedules.ts')).removeSchedule(id, options, terminal),
    );
}
