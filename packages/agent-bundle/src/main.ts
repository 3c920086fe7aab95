// `pnpm bundle`: makes the agent's one file of each architecture, and says where.
import { statSync } from 'node:fs';
import { agentBundles, archs } from './index.ts';

for (const [arch, path] of await agentBundles(archs)) {
  console.log(`${arch}  ${(statSync(path).size / 1e6).toFixed(1)} MB  ${path}`);
}
