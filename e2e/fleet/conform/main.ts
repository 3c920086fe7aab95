// On the host: guests have it in their one file.
import { conform } from './conform.ts';

await conform(process.argv.slice(2));
