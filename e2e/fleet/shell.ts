import { FleetError } from './fleet-error.ts';
import { guestContents } from './guest/content.ts';
import { Guest } from './guest/guest.ts';
import type { GuestKind } from './guests.ts';

/** A shell in a guest, until it exits. */
export async function shell(kind: GuestKind): Promise<void> {
  const content = (await guestContents([kind])).get(kind);
  if (content === undefined || content instanceof Error) throw content ?? new FleetError(`${kind.name}: not made`);
  const guest = await Guest.boot(kind, content);
  try {
    process.stdout.write(`${guest.uname}\r\n`);
    process.stdin.setRawMode?.(true);
    // The guest's own terminal does echo and lines.
    guest.console.write('stty sane; setsid cttyhack sh; poweroff -f\n');
    await guest.console.join(process.stdin, process.stdout);
  } finally {
    process.stdin.setRawMode?.(false);
    process.stdin.destroy();
    await guest.powerOff();
  }
}
