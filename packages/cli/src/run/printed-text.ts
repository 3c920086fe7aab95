import type { ResultOutput } from '@bpfleet/client';
import { printable } from '../render/printable.ts';

/**
 * Something a program printed, for people: with the node's name before each line where there are several nodes. On a
 * terminal controls but line feeds and tabs are escaped.
 */
export function printedText(event: ResultOutput, severalNodes: boolean, onTerminal: boolean): string {
  const text = onTerminal ? printable(event.text, '\n\t') : event.text;
  if (!severalNodes) {
    return text;
  }
  const prefix = `${printable(event.node)}: `;
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${prefix}${line}\n`)
    .join('');
}
