// Keeps a red and a green attempt of one job in an empty store and asks about them. Build first: `npm run demo` does.
import { spawnSync } from 'node:child_process';
import { styleText } from 'node:util';
import { ROOT, STEPS, withDemoHome } from './demo-steps.mjs';

await withDemoHome((env) => {
  console.log(styleText('dim', `An empty store in ${env.FIRSTRED_STORE}\n`));
  for (const { word, line } of STEPS) {
    console.log(styleText('dim', `# ${word}`));
    console.log(`${styleText('green', '$')} ${styleText('bold', line)}`);
    const { status } = spawnSync('sh', ['-c', line], {
      cwd: ROOT,
      env: { ...env, TERM: 'xterm-256color' },
      stdio: 'inherit',
    });
    if (status !== 0) {
      console.error(`the demo stopped: that line ended with ${status}`);
      process.exitCode = 1;
      return;
    }
    console.log();
  }
  console.log(
    styleText(
      'dim',
      'The demo’s store is removed again. To begin with your own logs: npm install --global . && firstred --help',
    ),
  );
});
