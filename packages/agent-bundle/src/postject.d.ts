declare module 'postject' {
  /** Puts `data` into an executable as a resource and flips the fuse that tells it so. */
  export function inject(
    file: string,
    resource: string,
    data: Buffer,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}
