import { Command, Option } from 'commander';
import { addAccess } from './access-commands.ts';
import { resultsFormats } from './commands/results-options.ts';
import { addAgent, addThisNode } from './node-commands.ts';
import { addNodeOptions } from './node-options.ts';
import { collect, count, outputOption, withExamples } from './options.ts';
import { addSchedules } from './schedule-commands.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Every command, its options and its help; what a command does is loaded when it runs. `finish` gets exit statuses. */
export function bpfleetProgram(terminal: Terminal, finish: (status: number) => void): Command {
  const program = new Command('bpfleet')
    .description('Measures what Linux kernels do, on this node or on a fleet: bpftrace scripts, merged results.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(--help says more)')
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) });
  addMeasuring(program, terminal, finish);
  addSchedules(program, terminal);
  addFleet(program, terminal);
  addAccess(program, terminal);
  addServers(program, terminal, finish);
  addThisNode(program, terminal, finish);
  return withExamples(
    program,
    'bpfleet up                                   everything on this machine, until Ctrl-C',
    "bpfleet run 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }' --for 10s",
    'bpfleet local FILE.bt                        this node only, no controller',
  );
}

function addMeasuring(program: Command, terminal: Terminal, finish: (status: number) => void): void {
  withExamples(
    addNodeOptions(program.command('run'))
      .description('run a script on nodes and show the merged results')
      .argument(
        '<what>',
        'a tool by its name, a script in quotes, FILE.bt, FILE.bpf.o, FILE.bpf.s or a folder of a tool',
      )
      .argument(
        '[arguments...]',
        'after --: parameters of a tool; of a script words for $1, $2 ..., and --name=value for getopt()',
      )
      .option('--nodes <selector>', 'which nodes: all, or terms as in arch=arm64,role!=db', 'all')
      .option('--for <duration>', 'how long to trace', '10s')
      .option('--every <duration>', 'length of a result window', '1s')
      .option('-p, --param <name=value>', 'sets a variable of an object; may be repeated', collect, [])
      .option('--limit <limits>', 'what it may cost a node: overhead=1%,events=10000/s,map=16MiB,probes=100')
      .option('--at <time>', 'all nodes attach at this time, within the hour')
      .addOption(new Option('--watch', 'show results and printed lines as they come').conflicts('detach'))
      .option('--detach', 'start it and return its id')
      .option('--show', 'print the script that a tool becomes, and run nothing')
      .option('--by <group>', 'at the end group the results by node, window or label:KEY')
      .option('--top <count>', 'only so many entries of each group, the largest; 0 is all', count)
      .option('--strict', 'exit with 2 unless every node answered in full')
      .addOption(outputOption())
      .action(async (what: string, words: string[], options) => {
        finish(await (await import('./commands/run.ts')).run(what, words, options, terminal));
      }),
    "bpfleet run 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }' --nodes 'arch=arm64,kernel>=6.1'",
    'bpfleet run latency.bt --for 1m --every 5s --watch',
    'bpfleet run latency.bpf.o --limit map=16MiB -p targ_pid=1',
    'bpfleet run opens.bt -- 42 --comm=bash',
    'bpfleet run runqlat --for 5s -- --pid 1234',
    'bpfleet run latency.bt --canary 1% --max-failures 5%',
    'bpfleet run syscount --for 5s --by label:arch --top 10',
    'bpfleet run latency.bt --sample 10%',
    'bpfleet run latency.bt --strict -o json > result.json',
  );
  withExamples(
    program
      .command('check')
      .description('would it load there? a line for each kernel and architecture; nothing is attached')
      .argument(
        '<what>',
        'a tool by its name, a script in quotes, FILE.bt, FILE.bpf.o, FILE.bpf.s or a folder of a tool',
      )
      .argument('[arguments...]', 'of the tool or script, after --')
      .option('--nodes <selector>', 'which nodes: all, or terms as in arch=arm64,role!=db', 'all')
      .option('-p, --param <name=value>', 'sets a variable of an object; may be repeated', collect, [])
      .addOption(outputOption())
      .action(async (what: string, words: string[], options) => {
        finish(await (await import('./commands/check.ts')).check(what, words, options, terminal));
      }),
    "bpfleet check 'kprobe:vfs_read { @ = count(); }'",
    'bpfleet check latency.bpf.o --nodes arch=arm64',
  );
  withExamples(
    program
      .command('probes')
      .description('probes that match a pattern, with what they give under -v')
      .argument('<pattern>', "bpftrace's: tracepoint:sched:*, kprobe:vfs_*, or a name's part without a colon")
      .option('--nodes <selector>', 'which nodes: all, or terms as in arch=arm64,role!=db', 'all')
      .option('-v, --verbose', 'also what each gives')
      .option('--limit <count>', 'at most so many, up to 10000', count, 1_000)
      .addOption(outputOption())
      .action(async (pattern: string, options) => {
        finish(await (await import('./commands/probes.ts')).probes(pattern, options, terminal));
      }),
    "bpfleet probes 'tracepoint:sched:*' -v",
    "bpfleet probes 'kprobe:tcp_*' --nodes 'has(kprobe)'",
  );
  withExamples(
    program
      .command('tools')
      .description('the canned tools by area; with a name, its parameters, outputs and an example')
      .argument('[name]', 'a tool, or a folder of one')
      .addOption(outputOption())
      .action(async (name: string | undefined, options) =>
        (await import('./commands/tools.ts')).tools(name, options, terminal),
      ),
    'bpfleet tools',
    'bpfleet tools funccount',
  );
  withExamples(
    program
      .command('results')
      .description('merged results of a session, also while it runs')
      .argument('<session>', 'its id')
      .option('--map <name>', 'only this map')
      .option('--by <group>', 'node, window or label:KEY; merged over all nodes without it')
      .option('--top <count>', 'only so many entries of each group, the largest; 0 is all', count)
      .option('--compare <session>', 'tell how another session differs from it')
      .addOption(new Option('--compare-groups [X,Y]', 'tell how group Y of --by differs from X').conflicts('compare'))
      .addOption(new Option('--format <format>', 'how to write them').choices(resultsFormats))
      .addOption(outputOption())
      .action(async (id: string, options) => (await import('./commands/results.ts')).results(id, options, terminal)),
    'bpfleet results ID --by node --top 5',
    'bpfleet results ID --map @opens --format csv',
    'bpfleet results ID --format folded | flamegraph.pl > flames.svg',
    'bpfleet results ID --map @stacks --format pprof > profile.pb.gz',
    'bpfleet results ID --by node --format prometheus > bpfleet.prom',
    'bpfleet results BEFORE --compare AFTER --map @us',
    'bpfleet results ID --by label:role --compare-groups web,db',
  );
  withExamples(
    program
      .command('events')
      .description('what a session printed, in the order in which it arrived')
      .argument('<session>', 'its id')
      .option('--follow', 'go on until the session ends')
      .option('--node <name>', 'only what this node printed')
      .option('--from <time>', 'only what was printed at or after this time')
      .option('--to <time>', 'only what was printed before this time')
      .addOption(outputOption())
      .action(async (id: string, options) => (await import('./commands/events.ts')).events(id, options, terminal)),
    'bpfleet events ID --follow',
    'bpfleet events ID --node web-1 --from 2026-12-31T23:00 -o json',
  );
  program
    .command('sessions')
    .description('sessions, newest first')
    .option('--limit <count>', 'at most so many', count, 20)
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/sessions.ts')).sessions(options, terminal));
  program
    .command('session')
    .description('one session and its answer sheet')
    .argument('<session>', 'its id')
    .addOption(outputOption())
    .action(async (id: string, options) => (await import('./commands/sessions.ts')).session(id, options, terminal));
  program
    .command('cancel')
    .description('end a session early; what was measured is kept')
    .argument('<session>', 'its id')
    .addOption(outputOption())
    .action(async (id: string, options) => (await import('./commands/sessions.ts')).cancel(id, options, terminal));
}

function addFleet(program: Command, terminal: Terminal): void {
  const nodes = program
    .command('nodes')
    .description('nodes with kernel, architecture, labels, state, load and features')
    .argument('[selector]', 'all, or terms that must all hold', 'all')
    .addOption(outputOption())
    .action(async (selector: string, options) =>
      (await import('./commands/nodes.ts')).nodes(selector, options, terminal),
    );
  withExamples(
    nodes,
    "bpfleet nodes 'arch=arm64,role!=db,kernel>=6.1'",
    "bpfleet nodes 'zone in (a,b),has(kprobe),name=web-*'",
    'bpfleet nodes revoke web-1',
  );
  nodes
    .command('revoke')
    .description('end the connection of a node and refuse its certificate from now on')
    .argument('<node>', 'its name or id')
    .action(async (node: string) => (await import('./commands/nodes.ts')).revokeNode(node));
}

function addServers(program: Command, terminal: Terminal, finish: (status: number) => void): void {
  withExamples(
    program
      .command('up')
      .description('PostgreSQL, controller and an agent here, until Ctrl-C')
      .option('--agents <count>', 'how many agents', '1')
      .option('--port <port>', 'of the REST API; gRPC and agents take the two after it', '7070')
      .option('--data <folder>', 'where data and logs are kept')
      .action(async (options) => finish(await (await import('./commands/up.ts')).up(options, terminal))),
    'sudo bpfleet up',
    'bpfleet up --agents 0 --port 8080 --data ./data',
  );
  program
    .command('controller')
    .description('the controller')
    .requiredOption('--config <file>', 'its configuration, YAML')
    .action(async (options) => finish(await (await import('./commands/controller.ts')).controller(options)));
  addAgent(program, finish);
}
