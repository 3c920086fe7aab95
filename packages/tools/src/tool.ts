import type { ToolManifest, VariantManifest } from './manifest/tool-manifest.ts';

/** A tool of a library or of a folder of its own, as its files have it. */
export interface Tool {
  readonly manifest: ToolManifest;
  /** In the order in which a node tries them. */
  readonly variants: readonly ToolVariant[];
  /** `sha256:` and 64 hexadecimal digits of what it runs: of its scripts, not of what is said about them. */
  readonly digest: string;
  /** README.md; empty where it has none. */
  readonly documentation: string;
}

export interface ToolVariant extends VariantManifest {
  /** The script's file without `.bt`, or its generator: what answers call it. */
  readonly name: string;
  /** null: it is generated. */
  readonly source: string | null;
}
