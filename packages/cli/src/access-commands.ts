import { type Command, Option } from 'commander';
import { collect, count, outputOption, withExamples } from './options.ts';
import type { Terminal } from './terminal.ts';

/** `bpfleet token` and `bpfleet audit`: who may use the fleet, and who did what. */
export function addAccess(program: Command, terminal: Terminal): void {
  const token = program.command('token').description('tokens: for nodes to join, for people and CI to use the API');
  withExamples(
    token
      .command('create')
      .description('make a token; it is shown once')
      .option('--join', 'for one node to join the fleet')
      .addOption(new Option('--role <role>', 'for the API').choices(['viewer', 'operator', 'ci', 'admin']))
      .option('--nodes <selector>', 'the nodes that it may see and use; all of them without it')
      .option('--program <digest>', 'a program that it may run; may be repeated, and any without it', collect, [])
      .option('--limit <limits>', 'what one session of it may be at most: for=1m,overhead=1%,nodes=10')
      .option('--ttl <duration>', 'how long it is good; 1h for join tokens')
      .option('--name <name>', 'what it is for')
      .addOption(outputOption())
      .action(async (options) => (await import('./commands/token.ts')).createToken(options, terminal)),
    'bpfleet token create --join --ttl 10m',
    'BPFLEET_TOKEN=$(bpfleet token create --role ci --nodes env=test --limit for=1m,overhead=1%)',
  );
  token
    .command('list')
    .description('tokens, newest first; never their secrets')
    .option('--limit <count>', 'at most so many', count, 20)
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/tokens.ts')).listTokens(options, terminal));
  token
    .command('revoke')
    .description('refuse a token from now on')
    .argument('<token>', 'its id')
    .addOption(outputOption())
    .action(async (id: string, options) => (await import('./commands/tokens.ts')).revokeToken(id, options, terminal));
  const audit = program.command('audit').description('the audit log: who did what where');
  audit
    .command('list')
    .description('entries, newest first')
    .option('--limit <count>', 'at most so many', count, 20)
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/audit.ts')).listAudit(options, terminal));
  audit
    .command('check')
    .description('whether every entry follows from those before it; exits with 3 where one does not')
    .option('--noted <seq:hash>', 'the end that an earlier check told: whether it is still there')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/audit.ts')).checkAudit(options, terminal));
}
