#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CliError, ExitStatus } from './cli-error.ts';
import { bpfleetProgram } from './program.ts';
import { printError, processTerminal } from './terminal.ts';
import { toCliError } from './to-cli-error.ts';

// A reader that has gone (`| head`) ends us as it ends other programs.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 141 : ExitStatus.failed),
);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let status: number = ExitStatus.done;
  const program = bpfleetProgram(terminal, (given) => {
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

/** Commander has told what is wrong. `local` exits with 1 on every error, as bpftrace does. */
function usageStatus(error: CommanderError, [command]: readonly string[]): number {
  if (error.exitCode === 0 || error.code === 'commander.help') {
    return command === undefined ? ExitStatus.wrongRequest : error.exitCode;
  }
  return command === 'local' ? 1 : ExitStatus.wrongRequest;
}
