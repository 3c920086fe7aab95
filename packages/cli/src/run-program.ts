import { type Command, CommanderError } from 'commander';
import { CliError, ExitStatus } from './cli-error.ts';
import { printError, processTerminal, type Terminal } from './terminal.ts';
import { toCliError } from './to-cli-error.ts';

/** The commands of a program; `finish` gets the exit status of those that have one of their own. */
export type BuildProgram = (terminal: Terminal, finish: (status: number) => void) => Command;

/** Runs what this process was asked for, and sets its exit status. */
export async function runProgram(build: BuildProgram): Promise<void> {
  // A reader that has gone (`| head`) ends us as it ends other programs.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 141 : ExitStatus.failed),
  );
  process.exitCode = await statusOf(build, process.argv.slice(2));
}

async function statusOf(build: BuildProgram, args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let status: number = ExitStatus.done;
  const program = build(terminal, (given) => {
    status = given;
  });
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])]) {
    command.exitOverride();
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      return usageStatus(error, args);
    }
    const known = toCliError(error);
    if (known.message !== '' || known.report !== undefined) {
      printError(terminal, known);
    }
    if (process.env.BPFLEET_DEBUG && !(error instanceof CliError)) {
      console.error(error);
    }
    return known.status;
  }
}

/** Commander has told what is wrong. */
function usageStatus(error: CommanderError, [command]: readonly string[]): number {
  if (error.exitCode === 0 || error.code === 'commander.help') {
    return command === undefined ? ExitStatus.wrongRequest : error.exitCode;
  }
  return ExitStatus.wrongRequest;
}
