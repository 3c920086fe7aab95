/** A thing that kernels may lack. `probe` tries it for real and gives null, or one sentence why it is not there. */
export interface Feature {
  readonly name: string;
  readonly probe: () => string | null;
}
