import { FleetError } from './fleet-error.ts';
import { guestContents } from './guest/content.ts';
import { Guest } from './guest/guest.ts';
import type { GuestKind } from './guests.ts';
import { onSignal } from './on-signal.ts';

/** A shell in a guest, until it exits. */
export async function shell(kind: GuestKind): Promise<void> {
  const abort = new AbortController();
  const content = (await guestContents([kind], true, abort.signal)).get(kind);
  if (content === undefined || content instanceof Error) throw content ?? new FleetError(`${kind.name}: not made`);
  const booting = Guest.boot(kind, content, abort.signal);
  const stop = onSignal(async () => {
    abort.abort();
    await booting.then((guest) => guest.powerOff()).catch(() => undefined);
  });
  try {
    const guest = await booting;
    await join(guest);
  } finally {
    stop();
  }
}

async function join(guest: Guest): Promise<void> {
  try {
    process.stdout.write(`${guest.uname}\r\n`);
    process.stdin.setRawMode?.(true);
    // The guest's own terminal does echo and lines.
    guest.console.write("stty sane; echo 'guest: shell'; setsid cttyhack sh; poweroff -f\n");
    await guest.console.upTo('guest: shell\r\n', 30_000);
    await guest.console.join(process.stdin, process.stdout);
  } finally {
    process.stdin.setRawMode?.(false);
    process.stdin.destroy();
    await guest.powerOff();
  }
}
