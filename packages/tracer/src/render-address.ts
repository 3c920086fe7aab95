/** Address families (sys/socket.h). */
const AF_INET = 2;
const AF_INET6 = 10;

/** An internet address as inet_ntop(3) writes it: `192.0.2.1`, `2001:db8::1`. Nothing for another family. */
export function inetText(family: number, bytes: Uint8Array): string {
  if (family === AF_INET) return Array.from(bytes.subarray(0, 4)).join('.');
  return family === AF_INET6 ? inet6Text(bytes) : '';
}

/** The longest run of two or more zeros is left out, the first where two are as long (RFC 5952, section 4.2). */
function inet6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  const run = longestRun(groups);
  const embedded = run.start === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xffff));
  const hex = (list: readonly number[]) => list.map((group) => group.toString(16)).join(':');
  // As glibc: an address of version 4 within one of version 6 keeps its form.
  if (embedded) {
    const inner = Array.from(bytes.subarray(12, 16)).join('.');
    return run.length === 6 ? `::${inner}` : `::ffff:${inner}`;
  }
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** `00:1B:44:11:3A:B7` */
export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}
