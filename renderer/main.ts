import { startScreen } from './start-screen.ts';

const target = document.getElementById('screen');
if (target === null) throw new Error('index.html has no #screen');
await startScreen(target);
