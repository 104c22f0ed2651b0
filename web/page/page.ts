// Where the page begins: small, so that the first questions are asked while the rest of its code is still coming.
import { askEarly } from './early.ts';

askEarly(location);
const { openPage } = await import('./app.ts');
const root = document.getElementById('page');
if (root !== null) openPage(root);
