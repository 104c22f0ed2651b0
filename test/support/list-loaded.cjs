// Preloaded (`node --require`) into a run of the program: writes the names of the files that it loaded.
const { writeFileSync } = require('node:fs');

process.on('exit', () => writeFileSync(process.env.FIRSTRED_TEST_LOADED, JSON.stringify(Object.keys(require.cache))));
