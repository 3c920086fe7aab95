/** A program attached somewhere. */
export interface Link {
  /**
   * The program runs no more, but for a run that is under way on another CPU (see `waitForPrograms`). Quicker than
   * close: to stop many programs at nearly one time, detach all of them before closing any.
   */
  detach(): void;
  /** Detaches and gives everything back. A second time does nothing. */
  close(): void;
}

/** Several links as one. */
export function joinLinks(links: readonly Link[]): Link {
  return {
    detach() {
      for (const link of links) link.detach();
    },
    close() {
      for (const link of links) link.detach();
      for (const link of links) link.close();
    },
  };
}
