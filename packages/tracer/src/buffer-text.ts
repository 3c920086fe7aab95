/** How the bytes of a buffer are written, as printf's conversions call it. */
export type BufferForm = 'r' | 'rx' | 'rh';

/**
 * Bytes as bpftrace shows them. `r`: printable ASCII as it is, others as `\x1b`; `rx`: all of them so; `rh`: two digits
 * each, blanks between.
 */
export function bufferText(bytes: Uint8Array, form: BufferForm = 'r'): string {
  const texts = Array.from(bytes, (byte) => {
    const hex = byte.toString(16).padStart(2, '0');
    if (form === 'rh') return hex;
    return form === 'r' && byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${hex}`;
  });
  return texts.join(form === 'rh' ? ' ' : '');
}
