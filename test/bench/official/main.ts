import { serveContestant } from '../contestants/serve.ts';
import { officialOperations } from './operations.ts';

await serveContestant(officialOperations);
