import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const words = process.argv.slice(2);

// Beside the code itself, and so written by whoever may change the code: never in a folder that others can write to.
enableCompileCache(join(__dirname, 'cache'));

if (words.some((word) => word.endsWith('.o'))) {
  // Objects are tried in a process of their own, whose program is not in the bundle.
  process.argv.splice(2, 0, 'local');
  void import(join(__dirname, '../../main.js'));
} else {
  // Loaded only now, so that it comes from the cache.
  void import('../local/local-process.ts').then(({ runLocalProcess }) => runLocalProcess(words));
}
