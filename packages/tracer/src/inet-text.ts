const AF_INET = 2;
const AF_INET6 = 10;

/** An address as inet_ntop(3) writes it: 4 bytes of IPv4, or 16 of IPv6 by RFC 5952; empty for another family. */
export function inetText(family: number, bytes: Buffer): string {
  if (family === AF_INET) return Array.from(bytes.subarray(0, 4)).join('.');
  return family === AF_INET6 ? ipv6Text(bytes) : '';
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2));
  const zeros = longestZeros(groups);
  // The C library writes the rest of a mapped address, and of a compatible one, as IPv4.
  const ipv4 = zeros?.start === 0 && (zeros.length === 6 || (zeros.length === 5 && groups[5] === 0xffff));
  const texts = groups.map((group) => group.toString(16));
  if (ipv4) texts.splice(6, 2, Array.from(bytes.subarray(12, 16)).join('.'));
  if (zeros === undefined) return texts.join(':');
  return `${texts.slice(0, zeros.start).join(':')}::${texts.slice(zeros.start + zeros.length).join(':')}`;
}

/** The first of the longest runs of two or more. */
function longestZeros(groups: readonly number[]): { start: number; length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length >= 2 && length > (best?.length ?? 0)) best = { start, length };
  }
  return best;
}
