// Every behaviour of the console. Each file reads data- attributes and stands alone; a page works
// without any of them.
import "./behaviours/clocks.js";
import "./behaviours/times.js";
import "./behaviours/flash.js";
import "./behaviours/preferences.js";
import "./behaviours/dialogs.js";
import "./behaviours/declare.js";
import "./behaviours/palette.js";
import "./behaviours/keys.js";
import "./behaviours/copy.js";
import "./behaviours/forms.js";
import "./behaviours/panels.js";
import "./behaviours/panes.js";
import "./behaviours/scrolling.js";
import "./behaviours/document.js";
import "./behaviours/refresh.js";
import "./behaviours/notices.js";
import "./behaviours/feed.js";
import "./behaviours/contrast.js";
