// Starts everything a page asks for by its data attributes. No page needs a script to be read;
// one is needed to choose rows, to be asked before a decision, and for comfort.
import { startTheme } from './theme.js';
import { startShell } from './shell.js';
import { startDialogs } from './dialogs.js';
import { startSelection } from './selection.js';
import { startLists } from './lists.js';
import { startPickers } from './pickers.js';
import { startForms } from './forms.js';
import { startUploads } from './uploads.js';
import { startTabs } from './tabs.js';
import { startMessages } from './messages.js';
import { startPrint } from './print.js';

startTheme();
startShell();
startDialogs();
startSelection();
startLists();
startForms();
startUploads();
startTabs();
startMessages();
startPrint();
startPickers(document);
