import { Injectable } from '@nestjs/common';

/** Frames since this controller started. */
@Injectable()
export class GatewayCounters {
  stored = 0;
  duplicate = 0;
  /** Malformed, too large, or of a session that is not the node's. */
  refused = 0;
}
