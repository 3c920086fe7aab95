// `npm run e2e -- fleet ...` and `npm run e2e -- shell GUEST`.
import { parseArgs } from 'node:util';
import { findChecks } from './checks/index.ts';
import { FleetError } from './fleet-error.ts';
import { chooseGuests } from './guests.ts';
import { findCases, onlyTools } from './run/find-cases.ts';
import { runFleet } from './run/run-fleet.ts';
import { lastVerdicts, toolTable } from './run/tool-table.ts';
import { shell } from './shell.ts';

const help = `npm run e2e -- fleet                    a guest of each architecture, and this host: all cases but the long ones
npm run e2e -- fleet --all              every guest, and all cases
npm run e2e -- fleet --kernels LIST     arm64-6.1, 6.1, arm64, separated by commas
npm run e2e -- fleet --cases LIST       only the cases whose file names contain one of these
npm run e2e -- fleet --cases LIST --checks LIST   and of what the fleet as a whole must do what is called so
npm run e2e -- fleet --cases library-workloads --tools LIST   of the tool library only these
npm run e2e -- fleet --tool-table       which tool is proved on which kernel, by the last runs of --cases library-workloads
npm run e2e -- shell arm64-6.1          a shell in a guest; "exit" ends it
npm run e2e -- faults                   seeded runs in which everything fails; --help says more
npm run e2e -- oracle                   scripts on Debian's bpftrace and on ours; --help says more`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof FleetError)) throw error;
  console.error(`e2e: ${error.message}`);
  process.exitCode = 3;
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === 'fleet') {
    const { values } = options(args);
    if (values['tool-table']) {
      process.stdout.write(toolTable(lastVerdicts()));
      return 0;
    }
    const kinds = chooseGuests(values.all ? 'all' : (values.kernels ?? null));
    const found = await findCases(values.cases?.split(',') ?? null, values.all === true);
    const cases = values.tools === undefined ? found : onlyTools(found, values.tools.split(','));
    const checks = findChecks(values.checks?.split(',') ?? (values.cases === undefined ? null : []));
    return (await runFleet({ kinds, cases, checks, everyCase: values.kernels === undefined })) ? 0 : 1;
  }
  const [guest, ...rest] = args;
  if (command === 'shell' && guest !== undefined && rest.length === 0) {
    const [kind, ...others] = chooseGuests(guest);
    if (!kind || others.length > 0) throw new FleetError(`"${guest}" is more than one guest.`);
    await shell(kind);
    return 0;
  }
  console.error(help);
  return command === undefined || command === '--help' ? 0 : 4;
}

function options(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        all: { type: 'boolean' },
        kernels: { type: 'string' },
        cases: { type: 'string' },
        checks: { type: 'string' },
        tools: { type: 'string' },
        'tool-table': { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new FleetError(`${(error as Error).message}\n${help}`);
  }
}
