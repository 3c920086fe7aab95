import { Command } from 'commander';
import { addAgent, addThisNode } from './node-commands.ts';
import type { Terminal } from './terminal.ts';

/** The commands of a node, all that its one file holds. `finish` gets exit statuses. */
export function nodeProgram(version: string) {
  return (terminal: Terminal, finish: (status: number) => void): Command => {
    const program = new Command('bpfleet')
      .description('The part of bpfleet that a node needs: its agent, and scripts on this node only.')
      .version(version, '-V, --version')
      .showHelpAfterError('(--help says more)')
      .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) });
    addAgent(program, finish);
    addThisNode(program, terminal, finish);
    return program;
  };
}
