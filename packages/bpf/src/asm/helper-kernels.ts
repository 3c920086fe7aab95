/** The last helper that each kernel has, by its number (`enum bpf_func_id`, linux/bpf.h of these kernels): new ones only come at the end. */
const lastOfKernel: readonly (readonly [number: number, kernel: string])[] = [
  ...([
    [110, '5.4'],
    [115, '5.5'],
    [118, '5.6'],
    [124, '5.7'],
    [135, '5.8'],
    [141, '5.9'],
    [155, '5.10'],
  ] as const),
  ...([
    [162, '5.11'],
    [163, '5.12'],
    [165, '5.13'],
    [168, '5.14'],
    [175, '5.15'],
    [179, '5.16'],
    [185, '5.17'],
  ] as const),
  ...([
    [193, '5.18'],
    [203, '5.19'],
    [207, '6.0'],
    [209, '6.1'],
    [211, '6.2'],
  ] as const),
];

/**
 * The kernel that brought a helper, by its number; undefined of one that no kernel has. Of those that are older than 5.4, which is the
 * oldest that anything here runs on, it is 5.4.
 */
export function helperKernel(id: number): string | undefined {
  return id < 1 ? undefined : lastOfKernel.find(([last]) => id <= last)?.[1];
}
