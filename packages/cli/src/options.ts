import { type Command, InvalidArgumentError, Option } from 'commander';

/** `-o, --output`, which every command that answers has. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'table for people, or JSON alone on stdout')
    .choices(['table', 'json'])
    .default('table');
}

/** A whole number, 0 or more. */
export function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number.');
  }
  return Number(text);
}

/** A whole number, also one below 0. */
export function whole(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number.');
  }
  return Number(text);
}

/** Collects an option that may be repeated. */
export function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

/** Examples at the end of a command's help. */
export function withExamples(command: Command, ...examples: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}`);
}
